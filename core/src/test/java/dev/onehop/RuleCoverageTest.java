package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Every rule R1-R35 has a test that carries its number. */
class RuleCoverageTest {

    private static final Pattern RULE = Pattern.compile("(?:^|_)r(\\d+)(?=_)");

    @Test
    void everyRuleHasATestOfItsNumber() {
        Set<Integer> covered = coveredRules();

        IntStream.rangeClosed(1, 35)
                .forEach(rule -> assertThat(covered).as("R%d has a test", rule).contains(rule));
    }

    private static Set<Integer> coveredRules() {
        var covered = new TreeSet<Integer>();
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS).importPackages("dev.onehop").stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(RuleCoverageTest::isTest)
                        .forEach(method -> RULE.matcher(method.getName())
                                .results()
                                .forEach(match -> covered.add(Integer.valueOf(match.group(1)))));
        return covered;
    }

    private static boolean isTest(JavaMethod method) {
        return method.isAnnotatedWith(Test.class) || method.isAnnotatedWith(ParameterizedTest.class);
    }
}
