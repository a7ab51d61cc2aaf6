package dev.onehop.http.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.testing.JavaSnippet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents show of each client compiles against this build. */
class AdapterDocsTest {

    private static final Path DOCS = Path.of("../docs");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @TempDir
    Path classes;

    @ParameterizedTest
    @EnumSource
    void everyBlockOfAClientsPageCompiles(Page page) throws IOException {
        List<String> blocks = JavaSnippet.blocks(DOCS.resolve("adapters").resolve(page.file()));

        assertThat(blocks)
                .isNotEmpty()
                .allSatisfy(block -> assertThat(JavaSnippet.errors("Shown", page.around(block, "Shown"), classes))
                        .isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../README.md", "../docs/adapters.md"})
    void everyOneLineOfTheTableOfClientsCompiles(Path document) throws IOException {
        List<String> lines = Files.readAllLines(document).stream()
                .dropWhile(line -> !line.startsWith("| client | one line |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(row -> row.split("\\|")[2])
                .toList();

        assertThat(lines)
                .hasSizeGreaterThanOrEqualTo(7)
                .allSatisfy(line -> assertThat(
                                JavaSnippet.errors("Shown", Page.of(line).around(expressions(line), "Shown"), classes))
                        .isEmpty());
    }

    @Test
    void everyCellOfTheTableOfWhatHoldsLinksToATestOrSaysNo() throws IOException {
        List<String> lines = Files.readAllLines(DOCS.resolve("adapters.md"));
        List<String> cells = lines.stream()
                .dropWhile(line -> !line.startsWith("| unit of balancing |"))
                .takeWhile(line -> !line.startsWith("| tested with |"))
                .flatMap(row -> Arrays.stream(row.split("\\|")).skip(2))
                .map(String::strip)
                .filter(cell -> !cell.equals("–") && !cell.matches("no(: [^\\[]*)?"))
                .toList();

        assertThat(cells).hasSizeGreaterThan(60).allSatisfy(cell -> {
            String link = cell.substring(cell.lastIndexOf('[')) + ": ";
            assertThat(lines.stream().filter(line -> line.startsWith(link)))
                    .singleElement()
                    .satisfies(line -> assertThat(DOCS.resolve(line.substring(link.length())))
                            .isRegularFile());
        });
    }

    /** The code of a cell, each piece an argument; where to put it ({@code start()}) is not Onehop's. */
    private static String expressions(String line) {
        return CODE.matcher(line)
                .results()
                .map(MatchResult::group)
                .map(code -> code.substring(1, code.length() - 1))
                .filter(code -> !code.equals("start()"))
                .map(code -> "shown(" + code + ");")
                .reduce("", String::concat);
    }
}
