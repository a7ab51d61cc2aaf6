package dev.onehop.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Every rule R1-R35 has a test in this package that carries its number, or a reason why not. */
class RuleCoverageTest {

    private static final Map<Integer, String> ELSEWHERE = Map.of(
            26, "other kube-proxy back ends are described in the documentation, not followed",
            27, "the random choice among a route's backends belongs to dev.onehop.pick",
            28, "ipvs schedulers are pick policies: dev.onehop.pick",
            31, "what becomes of a remembered endpoint belongs to dev.onehop.pick");

    private static final Pattern RULE = Pattern.compile("(?:^|_)r(\\d+)(?=_)");

    @Test
    void everyRuleHasATestOfItsNumber() throws Exception {
        var covered = new TreeSet<Integer>();
        testMethods()
                .forEach(method -> RULE.matcher(method.getName())
                        .results()
                        .forEach(match -> covered.add(Integer.valueOf(match.group(1)))));

        IntStream.rangeClosed(1, 35)
                .filter(rule -> !ELSEWHERE.containsKey(rule))
                .forEach(rule -> assertThat(covered).as("R%d has a test", rule).contains(rule));
        assertThat(covered)
                .as("a rule with tests here needs no excuse")
                .doesNotContainAnyElementsOf(ELSEWHERE.keySet());
    }

    private static Stream<Method> testMethods() throws IOException, URISyntaxException {
        Path classes = Path.of(RuleCoverageTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String folder = RuleCoverageTest.class.getPackageName().replace('.', '/');
        try (Stream<Path> files = Files.list(classes.resolve(folder))) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .flatMap(name -> Stream.of(load(name).getDeclaredMethods()))
                    .filter(method -> method.isAnnotationPresent(Test.class)
                            || method.isAnnotationPresent(ParameterizedTest.class))
                    .toList()
                    .stream();
        }
    }

    private static Class<?> load(String simpleName) {
        try {
            return Class.forName(RuleCoverageTest.class.getPackageName() + "." + simpleName);
        } catch (ClassNotFoundException unexpected) {
            throw new AssertionError(simpleName, unexpected);
        }
    }
}
