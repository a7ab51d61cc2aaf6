package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.SeenRequest;
import dev.onehop.k8s.fake.Verb;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A JVM of its own that is really stopped and continued, as a frozen container is. Takes twelve seconds. */
@Tag("tierb")
@EnabledOnOs({OS.LINUX, OS.MAC})
class FrozenProcessTest {

    private static final Duration FROZEN = Duration.ofSeconds(12);
    private static final Duration STARTED = Duration.ofSeconds(60);
    private static final long ASKED_WITHIN_NANOS = Duration.ofSeconds(2).toNanos();

    /** The frozen one: follows a Service at the API server of its argument until its input ends. */
    static final class Follower {
        private Follower() {}

        public static void main(String[] url) throws IOException {
            Config config =
                    new ConfigBuilder(Config.empty()).withMasterUrl(url[0]).build();
            try (var discovery = KubernetesDiscovery.builder().config(config).build()) {
                discovery.subscribe(ApiObjects.API, view -> {});
                int end = System.in.read();
                assertThat(end).isEqualTo(-1);
            }
        }
    }

    @Test
    void c25_aProcessThatWasStoppedForTwelveSecondsListsEverythingWithinTwoSecondsOfGoingOn() throws Exception {
        try (FakeApiServer server = FakeApiServer.start()) {
            server.create("services", "shop", ApiObjects.apiService());
            server.create("endpointslices", "shop", ApiObjects.slice("s1", "10.0.0.1"));
            Process follower = follower(server);
            try {
                await().atMost(STARTED)
                        .until(() -> server.openWatches("services") == 1 && server.openWatches("endpointslices") == 1);
                assertThat(lists(server, "endpointslices")).hasSize(1);
                assertThat(lists(server, "services")).hasSize(1);

                signal("STOP", follower);
                TimeUnit.MILLISECONDS.sleep(FROZEN.toMillis());
                assertThat(lists(server, "endpointslices")).hasSize(1);
                long goesOn = System.nanoTime();
                signal("CONT", follower);

                await().atMost(Duration.ofSeconds(30))
                        .until(() -> lists(server, "endpointslices").size() > 1
                                && lists(server, "services").size() > 1);
                for (String resource : List.of("endpointslices", "services")) {
                    long nanos = lists(server, resource).get(1).nanos() - goesOn;
                    System.out.printf(
                            "C-25: stopped for %d s, %s listed %d ms later%n",
                            FROZEN.toSeconds(), resource, nanos / 1_000_000);
                    assertThat(nanos).as(resource).isBetween(0L, ASKED_WITHIN_NANOS);
                }
            } finally {
                follower.destroyForcibly().waitFor();
            }
        }
    }

    private static List<SeenRequest> lists(FakeApiServer server, String resource) {
        return server.requests().stream()
                .filter(request ->
                        request.verb() == Verb.LIST && request.resource().equals(resource))
                .toList();
    }

    private static Process follower(FakeApiServer server) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Follower.class.getName(),
                        server.url())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void signal(String name, Process process) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).as("kill -%s", name).isZero();
    }
}
