package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code docs/reliability.md} has every fault of the campaign, and names tests that exist. */
class ReliabilityDocTest {

    private static final Path PAGE = Path.of("../docs/reliability.md");
    private static final Path CAMPAIGN = Path.of("src/test/java/dev/onehop/faults");
    private static final int CELLS = 6;
    private static final int TESTS = 5;
    private static final Pattern TEST = Pattern.compile("\\[(\\w+)#(\\w+)]\\(([^)]+)\\)");
    private static final Pattern CLAIM = Pattern.compile("void (f\\d\\d_\\w+)\\(");

    @Test
    void everyFaultHasItsRowWhetherCoveredOrNot() throws IOException {
        List<String> faults = IntStream.rangeClosed(1, 55)
                .mapToObj(number -> String.format("F-%02d", number))
                .toList();

        assertThat(rows("F-\\d\\d").stream().map(row -> row.get(0)).distinct().sorted())
                .isEqualTo(faults);
    }

    @Test
    void everyRowOfACoveredFaultIsFullAndItsTestsExist() throws IOException {
        List<List<String>> covered =
                rows("[FPLS]-.*").stream().filter(row -> row.size() == CELLS).toList();
        assertThat(covered).hasSizeGreaterThan(30);
        for (List<String> row : covered) {
            assertThat(row).as("%s", row).noneMatch(String::isBlank);
            List<MatchResult> tests = TEST.matcher(row.get(TESTS)).results().toList();
            assertThat(tests).as("tests of %s", row.get(0)).isNotEmpty();
            for (MatchResult test : tests) {
                Path file = PAGE.resolveSibling(test.group(3));
                assertThat(file).as("%s", row.get(0)).hasFileName(test.group(1) + ".java");
                assertThat(Files.readString(file)).as("%s", file).contains("void " + test.group(2) + "(");
            }
        }
    }

    @Test
    void everyFaultTestOfTheCampaignIsOnThePage() throws IOException {
        String page = Files.readString(PAGE);
        List<String> claims = new ArrayList<>();
        try (var files = Files.list(CAMPAIGN)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
                CLAIM.matcher(Files.readString(file)).results().forEach(claim -> claims.add(claim.group(1)));
            }
        }

        assertThat(claims)
                .hasSizeGreaterThan(25)
                .allSatisfy(claim -> assertThat(page).contains("#" + claim + "]"));
    }

    /** The cells of the rows whose first one matches. */
    private static List<List<String>> rows(String first) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| " + first + " \\|.*"))
                .map(line -> Arrays.stream(
                                line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::strip)
                        .toList())
                .toList();
    }
}
