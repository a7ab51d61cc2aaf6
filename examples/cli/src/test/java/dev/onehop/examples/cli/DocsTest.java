package dev.onehop.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example of docs/cli.md prints what the page says. */
class DocsTest {

    private static final Pattern EXAMPLE = Pattern.compile("(?s)```console\n\\$ onehop ([^\n]*)\n(.*?)```");

    static Stream<MatchResult> examples() throws Exception {
        String page = Files.readString(Path.of("..", "..", "docs", "cli.md"));
        return EXAMPLE.matcher(page).results();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsReal(MatchResult example) {
        String figure = Run.resource("figure.yaml");

        Run run = Run.of(example.group(1).replace("figure.yaml", figure).split(" "));

        assertThat(run.code()).isZero();
        assertThat(run.out().replace(figure, "figure.yaml")).isEqualTo(example.group(2));
    }
}
