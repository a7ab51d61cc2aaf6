package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients that speak HTTP/2 keep, with TLS and without: every stream is an exchange of its connection, which is what is
 * balanced.
 */
public abstract class Http2Contract extends Http2UnprocessedContract {

    /** Returns when the client has heard that its connection takes no other stream, which Onehop tells on another thread. */
    protected void awaitTold() throws InterruptedException {
        // most are asked before each stream
    }

    /** How often a client by itself sends what its pod resets, on a connection that has answered before. */
    protected int sendsOfWhatIsReset() {
        return 1;
    }

    @Test
    void overTlsAuthorityAndTheNameThatIsCheckedAreTheServices(@TempDir Path folder) throws Exception {
        TestCertificate right = TestCertificate.of("api-service.shop", folder);
        pod("pod-1", right);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(TestCertificate.trusting(right)));

        for (int i = 0; i < 3; i++) {
            client.awaitGivenBack();
            Answer got = client.get("https://api-service.shop:80/" + i);
            assertThat(got.version()).isEqualTo("HTTP/2");
            assertThat(got.body()).isEqualTo("pod-1");
        }

        assertThat(running.get(0).seen()).allSatisfy(seen -> assertThat(seen).contains("api-service.shop"));
        assertThat(running.get(0).names())
                .hasSize(3)
                .allSatisfy(name -> assertThat(name).contains("value=api-service.shop"));
        assertThat(balancer(onehop).connections()).isEqualTo(1);
        assertThat(balancer(onehop).tally().started()).isEqualTo(3);
        endsWith(onehop, 3);
    }

    @Test
    void f19_overTlsAPodWithAnotherCertificateServesNobody(@TempDir Path folder) throws Exception {
        TestCertificate right = TestCertificate.of("api-service.shop", folder);
        TestCertificate other = TestCertificate.of("other-service.shop", folder);
        pod("pod-1", other);
        pod("pod-2", right);
        pod("pod-3", right);
        publish(null);
        Onehop onehop = onehop();

        for (int i = 0; i < 6; i++) {
            try (ClientUnderTest fresh = open(onehop, http2(TestCertificate.trusting(right, other)))) {
                assertThat(fresh.send("POST", "https://api-service.shop:80/", "order")
                                .version())
                        .isEqualTo("HTTP/2");
            }
        }

        assertThat(running.get(0).seen()).isEmpty();
        await().atMost(SOON).until(() -> balancer(onehop).tally().quarantined().size() == 1);
    }

    @Test
    void withoutTlsEveryStreamIsAnAttemptOfOneConnection() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));

        for (int i = 0; i < 3; i++) {
            client.awaitGivenBack();
            assertThat(client.get(URL + "/" + i).version()).isEqualTo("HTTP/2");
        }

        assertThat(balancer(onehop).connections()).isEqualTo(1);
        endsWith(onehop, 3);
    }

    @Test
    void anIdleConnectionToALeavingPodIsClosedAndTheNextRequestGoesElsewhere() throws Exception {
        pod("pod-1", null);
        pod("pod-2", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        Http2Pod leaving = named(client.get(URL + "/").body());

        publish(leaving);
        await().atMost(SOON).until(() -> leaving.connections() == 0);

        for (int i = 0; i < 4; i++) {
            assertThat(client.get(URL + "/").body()).isNotEqualTo(leaving.name());
        }
        assertThat(leaving.seen()).hasSize(1);
    }

    @Test
    void anIdleConnectionToALeavingPodIsClosedWithin100Milliseconds() throws Exception {
        pod("pod-1", null);
        pod("pod-2", null);
        String what = "drained h2 " + getClass().getSimpleName() + ": an idle connection is closed after";
        BestOfThree.keeps(DRAINED, what, () -> {
            publish(null);
            Http2Pod leaving =
                    named(client(onehop(), http2(null)).get(URL + "/").body());
            return () -> {
                publish(leaving);
                await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> leaving.connections() == 0);
            };
        });
    }

    @Test
    void aBusyConnectionToALeavingPodEndsItsStreamsAndTakesNoOther() throws Exception {
        pod("pod-1", null);
        pod("pod-2", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        CompletableFuture<String> slow = async(client, "/slow");
        await().atMost(SOON)
                .until(() -> running.stream().anyMatch(pod -> !pod.seen().isEmpty()));
        Http2Pod leaving = running.stream()
                .filter(pod -> !pod.seen().isEmpty())
                .findFirst()
                .orElseThrow();

        publish(leaving);
        await().atMost(SOON).until(() -> balancer(onehop).tally().retirements(Retirement.LEFT) == 1);
        awaitTold();
        for (int i = 0; i < 4; i++) {
            assertThat(client.get(URL + "/").body()).isNotEqualTo(leaving.name());
        }
        answer.complete(null);

        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo(leaving.name());
        assertThat(leaving.seen()).hasSize(1);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
    }

    @Test
    void f03_aRollingRestartUnderLoadFailsNoRequest() throws Exception {
        for (int i = 1; i <= 4; i++) {
            pod("pod-" + i, null);
        }
        List<Http2Pod> all = List.copyOf(running);
        running.subList(2, 4).clear();
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        Load load = closing(Load.untilStopped(4, number -> client.get(URL + "/")));
        for (int i = 0; i < 2; i++) {
            running.add(all.get(2 + i));
            publish(all.get(i));
            load.awaitMore(100);
            running.remove(all.get(i));
            all.get(i).close();
            publish(null);
        }
        load.stop();
        assertThat(load.failures).isEmpty();
        System.out.printf("F-03 h2c %s: 0 of %d requests failed%n", getClass().getSimpleName(), load.sent.get());
    }

    @Test
    void statusesAndResetsOfStreamsAreJudgedAndTheConnectionGoesOn() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        Balancer balancer = balancer(onehop);

        assertThat(client.get(URL + "/503").status()).isEqualTo(503);
        client.awaitGivenBack();
        assertThatThrownBy(() -> client.send("POST", URL + "/reset", "order")).isInstanceOf(IOException.class);
        assertThat(client.get(URL + "/").status()).isEqualTo(200);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().failed(Signal.UNAVAILABLE)).isEqualTo(1);
            assertThat(balancer.tally().failed(Signal.RESET)).isEqualTo(sendsOfWhatIsReset());
            assertThat(balancer.tally().inFlight()).isZero();
        });
        assertThat(balancer.connections()).isEqualTo(1);
    }

    private static CompletableFuture<String> async(ClientUnderTest client, String path) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return client.get(URL + path).body();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task).start());
    }
}
