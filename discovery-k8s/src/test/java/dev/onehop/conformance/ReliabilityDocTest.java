package dev.onehop.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/reliability-control-plane.md} leaves out no fault and names tests that exist. */
class ReliabilityDocTest {

    private static final Path PAGE = Path.of("../docs/reliability-control-plane.md");
    private static final int TESTS = 4;
    private static final Pattern TEST = Pattern.compile("\\[(\\w+)#(\\w+)]\\(([^)]+)\\)");

    @Test
    void everyFaultHasARowInOrder() throws IOException {
        List<String> faults = Stream.concat(ids("C", 1, 30), Stream.of("X-1", "X-2", "X-3", "X-4", "L-2"))
                .toList();
        List<String> security = Stream.of(ids("S", 1, 6), ids("S", 13, 20), Stream.of("S-22", "S-23"))
                .flatMap(each -> each)
                .toList();

        assertThat(rows())
                .extracting(row -> row.get(0))
                .isEqualTo(Stream.concat(faults.stream(), security.stream()).toList());
    }

    @Test
    void everyTestNamedExists() throws IOException {
        for (List<String> row : rows()) {
            assertThat(row).as("%s", row).hasSize(TESTS + 1).noneMatch(String::isBlank);
            List<MatchResult> tests = TEST.matcher(row.get(TESTS)).results().toList();
            String rest = TEST.matcher(row.get(TESTS)).replaceAll("").replace(",", "");
            if (row.get(2).startsWith("**not built**")) {
                assertThat(rest).isEqualTo("none");
                continue;
            }
            assertThat(tests).as("tests of %s", row.get(0)).isNotEmpty();
            assertThat(rest).as("what names no test of %s", row.get(0)).isBlank();
            for (MatchResult test : tests) {
                Path file = PAGE.resolveSibling(test.group(3));
                assertThat(file).as("%s", row.get(0)).hasFileName(test.group(1) + ".java");
                assertThat(Files.readString(file)).as("%s", file).contains("void " + test.group(2) + "(");
            }
        }
    }

    private static Stream<String> ids(String letter, int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(number -> "%s-%02d".formatted(letter, number));
    }

    /** The cells of the faults' rows. */
    private static List<List<String>> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| [CXLS]-\\d+ \\|.*"))
                .map(line -> Arrays.stream(
                                line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::strip)
                        .toList())
                .toList();
    }
}
