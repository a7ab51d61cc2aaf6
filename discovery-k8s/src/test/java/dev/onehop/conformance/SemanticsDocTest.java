package dev.onehop.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code docs/semantics.md} says what is so: every rule, tests that exist, and as many cases as there are. */
class SemanticsDocTest {

    private static final Path PAGE = Path.of("../docs/semantics.md");
    private static final int TESTS = 6;
    private static final int CASES = 7;
    private static final Pattern TEST = Pattern.compile("\\[(\\w+)#(\\w+)]\\(([^)]+)\\)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

    @Test
    void everyRuleHasARowInOrder() throws IOException {
        List<String> rules =
                IntStream.rangeClosed(1, 35).mapToObj(number -> "R" + number).toList();

        assertThat(rows()).extracting(row -> row.get(0)).isEqualTo(rules);
    }

    @Test
    void noCellIsEmpty() throws IOException {
        for (List<String> row : rows()) {
            assertThat(row).as("%s", row).hasSize(CASES + 1).noneMatch(String::isBlank);
        }
    }

    @Test
    void everyTestNamedExists() throws IOException {
        for (List<String> row : rows()) {
            List<MatchResult> tests = TEST.matcher(row.get(TESTS)).results().toList();
            assertThat(tests).as("tests of %s", row.get(0)).isNotEmpty();
            String rest = TEST.matcher(row.get(TESTS)).replaceAll("").replace(",", "");
            assertThat(rest).as("what names no test of %s", row.get(0)).isBlank();
            for (MatchResult test : tests) {
                Path file = PAGE.resolveSibling(test.group(3));
                assertThat(file).as("%s", row.get(0)).hasFileName(test.group(1) + ".java");
                assertThat(Files.readString(file)).as("%s", file).contains("void " + test.group(2) + "(");
            }
        }
    }

    @Test
    void theNumbersOfCasesAreThoseThereAre() throws IOException {
        Map<String, Integer> counts = ConformanceCases.countsByRule();

        for (List<String> row : rows()) {
            String rule = row.get(0);
            assertThat(row.get(CASES)).as("cases of %s", rule).isEqualTo(counts.getOrDefault(rule, 0) + "");
        }
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        LINK.matcher(Files.readString(PAGE))
                .results()
                .forEach(link -> assertThat(PAGE.resolveSibling(link.group(1))).exists());
    }

    /** The cells of the rules' rows. */
    private static List<List<String>> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| R\\d+ \\|.*"))
                .map(line -> Arrays.stream(
                                line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::strip)
                        .toList())
                .toList();
    }
}
