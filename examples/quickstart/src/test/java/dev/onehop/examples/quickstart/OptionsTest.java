package dev.onehop.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class OptionsTest {

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0} -> {1}")
    @MethodSource("mistakes")
    void mistakeExitsWith2AndOneClearLine(String arguments, String message) {
        var run = Run.of(arguments.split(" ", -1));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("quickstart: ")
                .contains(message);
        assertThat(run.out()).isEmpty();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("--polcy=random", "Unknown option: '--polcy=random'"),
                arguments("--policy=fastest", "--policy: 'fastest' (expected: random or round-robin)"),
                arguments("--seed=lucky", "Invalid value for option '--seed': 'lucky'"),
                arguments("--requests=7", "--requests: 7 (expected: 100 or more)"),
                arguments("--seconds=-1", "--seconds: -1 (expected: 0 or more)"),
                arguments("--service=api.shop:80", "--kubeconfig and --service go together"),
                arguments("--kubeconfig=c --service=a.b:80 --keep-running", "--keep-running is for the demo only"),
                arguments("--kubeconfig=c --service=a.b:80 --path=x", "--path: 'x'"),
                arguments("--kubeconfig=none/such --service=a.b:80", "kubeconfig: none"));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @MethodSource("mistakesWithAKubeconfig")
    void mistakeAboutTheClusterExitsWith2AndOneClearLine(String kubeconfig, String service, String message)
            throws IOException {
        Path file = Files.writeString(directory.resolve("config"), kubeconfig);

        var run = Run.of("--kubeconfig=" + file, "--service=" + service);

        assertThat(run.code()).as(run.all()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("quickstart: ")
                .contains(message);
    }

    static Stream<Arguments> mistakesWithAKubeconfig() {
        String nobodyListens = """
                apiVersion: v1
                kind: Config
                current-context: c
                contexts: [{name: c, context: {cluster: k, user: u}}]
                users: [{name: u, user: {}}]
                clusters: [{name: k, cluster: {server: "http://127.0.0.1:1"}}]
                """;
        return Stream.of(
                arguments("not: [a kubeconfig", "api.shop:80", "kubeconfig"),
                arguments("", "api.shop:80", "kubeconfig"),
                arguments(nobodyListens, "api.shop", "Service address: 'api.shop'"),
                arguments(nobodyListens, "api.shop:70000", "70000"),
                arguments(nobodyListens, "api.shop:80", "api.shop:80: "));
    }

    @Test
    void helpListsTheOptionsAndExitsWith0() {
        var run = Run.of("--help");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("--keep-running", "--kubeconfig=FILE", "--service=NAME.NS:PORT", "--policy", "--seed")
                .contains("Exit code: 0")
                .doesNotContain("--beat");
    }
}
