package dev.onehop.k8s.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.onehop.faults.Figure;
import dev.onehop.faults.Stalls;
import dev.onehop.k8s.fake.SeenRequest;
import dev.onehop.k8s.fake.Verb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** F-44, F-45, C-25: a client's process stands still under load, and no pod is blamed for it. */
@Tag("tierb")
class FrozenClientTest {

    private static final int PODS = 10;
    private static final Duration A_WHILE = Duration.ofSeconds(3);
    private static final Duration RELISTED = Duration.ofSeconds(2);

    @Test
    void f44_aClientThatWasFrozenEjectsNobodyAndListsEverythingAgain() throws Exception {
        frozen("F-44", Length.of(Duration.ofSeconds(12), Duration.ofSeconds(60)), true);
    }

    /** A stop of the process stands for a pause of the collector: to the client's own code both are the same. */
    @Test
    void f45_aPauseOfTwoSecondsEjectsNobody() throws Exception {
        frozen("F-45", Duration.ofSeconds(2), false);
    }

    private static void frozen(String row, Duration length, boolean relists) throws Exception {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        try (LiveCluster cluster = new LiveCluster(PODS, PODS);
                Stalls stalls = Stalls.watched();
                Child child = new Child(cluster.server.url())) {
            child.awaitCalls(200);
            LiveCluster.sleep(A_WHILE.toMillis());
            Counted before = child.last();
            child.signal("STOP");
            LiveCluster.sleep(length.toMillis());
            long resumed = System.nanoTime();
            child.signal("CONT");
            child.awaitCalls(before.calls() + 400);
            LiveCluster.sleep(A_WHILE.toMillis());
            Counted after = child.last();
            List<Double> lists = lists(cluster, resumed);

            Figure.print(
                    row,
                    "a client of " + PODS + " pods at 200/s is stopped for " + length.toSeconds() + " s (SIGSTOP)",
                    "%d ejections, %d of %,d calls failed %s; lists %s s after; this machine stalled up to %d ms",
                    after.ejections() - before.ejections(),
                    after.failures() - before.failures(),
                    after.calls() - before.calls(),
                    child.failures(),
                    lists,
                    stalls.worst().toMillis());
            assertThat(after.ejections()).isEqualTo(before.ejections());
            if (relists) {
                assertThat(lists)
                        .hasSize(2)
                        .allSatisfy(seconds -> assertThat(seconds)
                                .isLessThanOrEqualTo(
                                        RELISTED.plus(stalls.worst()).toMillis() / 1e3));
            }
        }
    }

    /** When Service and slices were listed by whoever was frozen, in seconds after it ran again. */
    private static List<Double> lists(LiveCluster cluster, long resumedNanos) {
        return cluster.server.requests().stream()
                .filter(request -> request.verb() == Verb.LIST && request.nanos() - resumedNanos > 0)
                .map(SeenRequest::nanos)
                .map(nanos -> Math.round((nanos - resumedNanos) / 1e8) / 10.0)
                .toList();
    }

    /** What the client has counted so far. */
    private record Counted(long ejections, long calls, long failures) {}

    /** The client's process. */
    private static final class Child implements AutoCloseable {

        private static final Duration SOON = Duration.ofSeconds(60);

        private final Process process;
        private final List<String> said = Collections.synchronizedList(new ArrayList<>());
        private volatile Counted last = new Counted(0, 0, 0);

        Child(String url) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            FrozenClient.class.getName(),
                            url)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            var reader = new Thread(this::read, "client-output");
            reader.setDaemon(true);
            reader.start();
        }

        Counted last() {
            return last;
        }

        /** What went wrong, how often. */
        Map<String, Integer> failures() {
            Map<String, Integer> causes = new TreeMap<>();
            List.copyOf(said).stream()
                    .filter(line -> line.startsWith("failed "))
                    .forEach(line -> causes.merge(line, 1, Integer::sum));
            return causes;
        }

        void awaitCalls(long calls) {
            long began = System.nanoTime();
            while (last.calls() < calls) {
                assertThat(process.isAlive()).as("the client lives; %s", said).isTrue();
                assertThat(System.nanoTime() - began)
                        .as("nanoseconds waited for %d calls, there are %s", calls, last)
                        .isLessThan(SOON.toNanos());
                LiveCluster.sleep(20);
            }
        }

        void signal(String name) throws IOException, InterruptedException {
            int status = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(status).as("status of kill -%s", name).isZero();
        }

        private void read() {
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.split(" ", -1);
                    if (line.startsWith("counted ") && words.length == 4) {
                        last = new Counted(
                                Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
                    } else {
                        said.add(line);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            // SIGKILL ends a stopped one, too
            process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
        }
    }
}
