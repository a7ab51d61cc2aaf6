package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.onehop.PushedOnehop;
import dev.onehop.faults.Figure;
import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.service.AddressPolicy;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Faults of HTTP, through the JDK's client: F-15, F-23, F-24, F-46. */
class HttpFaultsTest extends HttpFixture {

    private static final long SEED = 20261122;
    private static final int ROUNDS = 150;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** What a client that was cut off takes to notice, and a busy machine to tell. */
    private static final Duration LATE = Duration.ofSeconds(5);

    private final ManualTime time = new ManualTime();

    @Test
    void f15_connectionsThatPodsCloseWhileIdleFailNoGetAndEjectNobody() throws Exception {
        var random = new SplittableRandom(SEED);
        int reused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < 3; i++) {
                reused += get(SERVICE + "/")
                                .headers()
                                .firstValue("Seen-Connection")
                                .isPresent()
                        ? 1
                        : 0;
            }
            pods.forEach(LoopbackPod::closeIdle);
            LockSupport.parkNanos(random.nextInt(500_000)); // before, while and after the client hears of it
            for (int i = 0; i < 3; i++) {
                assertThat(get(SERVICE + "/").statusCode()).isEqualTo(200);
            }
        }

        Figure.print(
                "F-15",
                "pods close idle connections just before the next GET, " + ROUNDS + " times (JDK client)",
                "0 of %d GETs failed, %d ejections, %d connections",
                6 * ROUNDS,
                balancer().eligible().ejected().size(),
                pods.accepts());
        assertThat(reused).isEqualTo(3 * ROUNDS);
        assertThat(pods.accepts()).as("connections were used again, and closed").isBetween(ROUNDS, 6 * ROUNDS);
        assertThat(total(Backend::failed)).isZero();
        assertThat(balancer().eligible().ejected()).isEmpty();
    }

    @Test
    void f24_aPodThatAnswers503IsOutAfterFiveAndBackAfterTwoGoodRequests() throws Exception {
        sick(wireMock -> {
            wireMock.stubFor(WireMock.get("/").willReturn(WireMock.ok()));
            for (int i = 0; i < 15; i++) {
                assertThat(statusOfOne()).isEqualTo(200); // all three have been seen to work
            }
            wireMock.resetAll();
            wireMock.stubFor(WireMock.get("/").willReturn(WireMock.serviceUnavailable()));
            int bad = 0;
            while (balancer().eligible().ejected().isEmpty() && bad < 100) {
                bad += statusOfOne() == 503 ? 1 : 0;
            }
            int before = wireMock.countRequestsMatching(
                            WireMock.getRequestedFor(WireMock.urlEqualTo("/")).build())
                    .getCount();
            for (int i = 0; i < 100; i++) {
                assertThat(statusOfOne()).isEqualTo(200);
            }
            wireMock.resetAll();
            wireMock.stubFor(WireMock.get("/").willReturn(WireMock.ok("well again")));
            time.advance(Duration.ofSeconds(13));
            int asked = 0;
            while (!balancer().eligible().ejected().isEmpty() && asked < 100) {
                asked += statusOfOne() == 200 ? 1 : 0;
            }

            Figure.print(
                    "F-24",
                    "1 of 3 answers 503 (WireMock, JDK client)",
                    "out after %d bad answers, 0 more while out; back after %d requests on trial",
                    before,
                    asked);
            assertThat(before).isEqualTo(5);
            assertThat(asked).isEqualTo(2);
        });
    }

    @Test
    void f23_aPodThatFailsATenthOfItsRequestsStays() throws Exception {
        sick(wireMock -> {
            wireMock.stubFor(WireMock.get("/").willReturn(WireMock.ok()));
            wireMock.stubFor(WireMock.get("/poisonous").willReturn(WireMock.serverError()));
            Map<Integer, Integer> statuses = new TreeMap<>();
            for (int i = 0; i < 600; i++) {
                statuses.merge(statusOf(i / 3 % 10 == 0 ? "/poisonous" : "/"), 1, Integer::sum);
            }

            Figure.print(
                    "F-23",
                    "1 of 3 answers 500 to a tenth of its requests (WireMock, JDK client)",
                    "answers %s, %d out",
                    statuses,
                    balancer().eligible().ejected().size());
            assertThat(statuses.get(500)).isEqualTo(20);
            assertThat(balancer().eligible().ejected()).isEmpty();
        });
    }

    @Test
    void f46_aPodThatAnswersGarbageHarmsOnlyTheCallsThatMeetIt() throws Exception {
        misbehaves("garbage", Signal.RESET, (in, out) -> {
            var noise = new SplittableRandom(SEED);
            byte[] bytes = new byte[64 << 10];
            noise.nextBytes(bytes);
            out.write(bytes);
        });
    }

    @Test
    void f46_aPodWhoseHeadersDoNotEndHarmsOnlyTheCallsThatMeetIt() throws Exception {
        byte[] header = ("X-More: " + "x".repeat(1_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        misbehaves("headers without end", Signal.RESET, (in, out) -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100_000; i++) { // 100 MB, if anybody read them
                out.write(header);
            }
            assertThat(in.readAllBytes()).isNotNull(); // until somebody hangs up
        });
    }

    @Test
    void f46_aPodThatSaysOneByteATimeHarmsOnlyTheCallsThatMeetIt() throws Exception {
        misbehaves("one byte in 20 ms", Signal.RESPONSE_TIMEOUT, (in, out) -> {
            for (int i = 0; i < 1_000; i++) {
                out.write("HTTP/1.1 200 OK\r\nX: ".concat("y".repeat(1_000)).charAt(i));
                out.flush();
                Thread.sleep(20);
            }
        });
    }

    /** Calls three pods in turn, of which the first misbehaves, and what is held against it. */
    private void misbehaves(String how, Signal evidence, RawPod.Speech speech) throws Exception {
        pods.get(0).close();
        RawPod sick = RawPod.at(pods.get(0).address(), speech);
        try (sick) {
            List<Duration> times = new ArrayList<>();
            Map<String, Integer> failures = new TreeMap<>();
            int good = 0;
            for (int i = 0; i < 30; i++) {
                long began = System.nanoTime();
                try {
                    var request = request(SERVICE + "/").timeout(PATIENCE).build();
                    assertThat(http.send(request, BodyHandlers.ofString()).body())
                            .startsWith("pod-");
                    good++;
                } catch (IOException e) {
                    failures.merge(e.getClass().getSimpleName(), 1, Integer::sum);
                    times.add(Duration.ofNanos(System.nanoTime() - began));
                }
            }
            int failed = times.size();
            Duration slowest = times.stream().max(Duration::compareTo).orElseThrow();
            int out = balancer().eligible().ejected().size();
            Figure.print(
                    "F-46",
                    "1 of 3 answers " + how + ", calls of " + PATIENCE.toMillis() + " ms (JDK client)",
                    "%d of 30 failed, no other pod's; the slowest after %d ms: %s; %d out",
                    failed,
                    slowest.toMillis(),
                    failures,
                    out);
            assertThat(good + failed).isEqualTo(30);
            assertThat(balancer().tally().failed(evidence))
                    .as("counts against the pod")
                    .isEqualTo(failed);
            assertThat(failed).isBetween(1, 10);
            assertThat(pods.get(1).requests().size() + pods.get(2).requests().size())
                    .isEqualTo(good);
            assertThat(slowest).isLessThan(PATIENCE.plus(LATE));
        }
    }

    @FunctionalInterface
    private interface WithSick {
        void run(WireMockServer sick) throws Exception;
    }

    /** The first of three pods is WireMock, and minutes pass by pushing. */
    private void sick(WithSick test) throws Exception {
        LoopbackPod first = pods.get(0);
        first.close();
        var wireMock = new WireMockServer(
                WireMockConfiguration.options().bindAddress(first.ip()).port(first.port()));
        wireMock.start();
        try {
            onehop.close();
            onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(SEED))
                    .addressPolicy(AddressPolicy.allowingLoopback())
                    .policy(IN_TURN)
                    .build();
            balancer();
            time.run();
            over(HttpClient.newHttpClient());
            test.run(wireMock);
        } finally {
            wireMock.stop();
        }
    }

    private int statusOfOne() throws Exception {
        return statusOf("/");
    }

    private int statusOf(String path) throws Exception {
        int status = get(SERVICE + path).statusCode();
        time.run();
        return status;
    }
}
