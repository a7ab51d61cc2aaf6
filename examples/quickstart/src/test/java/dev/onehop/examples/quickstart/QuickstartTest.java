package dev.onehop.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole demo, with short beats: the acts wait for what must happen, so they are only denser. */
@Timeout(90)
class QuickstartTest {

    private static final Pattern FIGURES = Pattern.compile(
            "   [\\d,]+ requests, 0 failed \\| [2-9] pods used \\| first pick after p50 [\\d.,]+, max [\\d.,]+ ms"
                    + " \\| \\d+ failovers?");

    @ParameterizedTest
    @ValueSource(strings = {"random", "round-robin"})
    void noRequestFailsThroughAllActsAndTheShareIsEven(String policy) {
        var run = Run.of("--beat=120", "--requests=500", "--policy=" + policy);

        assertThat(run.code()).as(run.all()).isZero();
        assertThat(run.lines())
                .filteredOn(line -> FIGURES.matcher(line).matches())
                .hasSize(5);
        assertThat(run.out())
                .contains("THROUGH THE CLUSTERIP", "10.96.123.45:8080", "WITH ONEHOP", "the pod: one hop")
                .contains("\"status\":\"healthy\"")
                .contains("  even: chi-square ")
                .contains("verdict   BACKENDS")
                .contains("1. Scale from 2 to 4", "2. A readiness flap", "3. A rolling restart under load")
                .contains("4. A pod is killed without notice", "5. The API server is down")
                .contains("0 requests failed; the share is even.");
    }

    @Test
    void worksWhereAllPodsShareOneAddressAndDifferInTheirPorts() {
        var run = Run.of("--one-address", "--beat=60", "--requests=200");

        assertThat(run.code()).as(run.all()).isZero();
        assertThat(run.out())
                .contains("each pod has a port of its own")
                .containsPattern("->  50.0 %  127.0.0.1:\\d+ +pod api-server-26psx")
                .doesNotContain("127.244.");
    }

    @Test
    void outputIsPlainAsciiOfAtMost100ColumnsWhenNotOnATerminal() {
        var run = Run.of("--beat=60", "--requests=200");

        assertThat(run.lines()).allSatisfy(line -> assertThat(line).matches("[ -~]{0,100}"));
    }

    @Test
    void oneBrokenPodMakesTheExitCodeNonZeroAndIsNamed() {
        var run = Run.sabotaged(cluster -> cluster.breakDown("api-server-nlj5w"), "--beat=60", "--requests=200");

        assertThat(run.code()).as(run.all()).isEqualTo(1);
        assertThat(run.out())
                .contains("failed: HTTP 500", "\"pod\":\"api-server-nlj5w\"")
                .contains("NOT as it should be")
                .doesNotContain("All acts played");
    }

    @Test
    void aChangeThatPicksNeverFollowMakesTheExitCodeNonZero() {
        var run = Run.sabotaged(SmallCluster::loseSliceWrites, "--beat=60", "--requests=200");

        assertThat(run.code()).as(run.all()).isEqualTo(1);
        assertThat(run.err()).contains("a change was not followed within");
    }

    @Test
    void noThreadOfTheDemoIsLeftBehind() {
        Run.of("--beat=40", "--requests=100");

        List<String> left = Run.threadsThatStay("onehop", "load-", "api-server-", "fake-apiserver-");
        assertThat(left).isEmpty();
    }
}
