package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.onehop.health.Backend;
import dev.onehop.testing.LoopbackPod;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** As long as no connection is made, another pod is tried, inside the caller's time. */
class FailoverTest extends HttpFixture {

    FailoverTest() {
        picking(FIRST);
    }

    @Test
    void aPodThatRefusesIsReplacedWhateverTheMethod() throws Exception {
        pods.get(0).refuse();
        pods.get(1).refuse();
        var subscriptions = new AtomicInteger();
        var body = BodyPublishers.ofString("an order");
        var counted = BodyPublishers.fromPublisher(
                subscriber -> {
                    subscriptions.incrementAndGet();
                    body.subscribe(subscriber);
                },
                body.contentLength());

        var response = http.send(request(SERVICE + "/").POST(counted).build(), BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo("an order");
        assertThat(pods.get(2).request().method()).isEqualTo("POST");
        assertThat(subscriptions).hasValue(1);
        assertThat(total(Backend::started)).isEqualTo(3);
        assertThat(total(Backend::failed)).isEqualTo(2);
    }

    @Test
    void asynchronousCallsFailOverToo() {
        pods.get(0).refuse();
        pods.get(1).refuse();

        var response = http.sendAsync(
                request(SERVICE + "/").POST(BodyPublishers.ofString("an order")).build(), BodyHandlers.ofString());

        assertThat(response).succeedsWithin(SOON).extracting(HttpResponse::body).isEqualTo("an order");
    }

    @Test
    void aPodThatIsGoneFromTheNetworkIsReplacedWithinTheTimeout() throws Exception {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux"); // elsewhere a full queue resets
        LoopbackPod gone = pods.get(0).blackHole();

        for (int i = 0; i < 2; i++) {
            var request = request(SERVICE + "/")
                    .timeout(Duration.ofSeconds(2))
                    .POST(BodyPublishers.ofString("order " + i))
                    .build();
            assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("order " + i);
        }

        assertThat(gone.accepts()).isZero();
        assertThat(total(Backend::failed))
                .as("suspect, so the second call goes elsewhere")
                .isEqualTo(1);
        assertThat(pods.requests()).isEqualTo(2);
    }

    @Test
    void theTimeoutHoldsForAllDialsTogether() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        pods.forEach(LoopbackPod::blackHole);
        var request = request(SERVICE + "/").timeout(Duration.ofMillis(600)).build();

        long before = System.nanoTime();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                .isInstanceOf(HttpConnectTimeoutException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(500), Duration.ofMillis(1500));
    }

    @Test
    void aTimeoutTooShortForADialIsAnHttpTimeout() {
        for (Duration timeout : List.of(Duration.ofNanos(1), Duration.ofNanos(900_000))) {
            pods.forEach(LoopbackPod::stall);
            var request = request(SERVICE + "/").timeout(timeout).build();

            assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
        }
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void aCallersHasteIsNotHeldAgainstHealthyPods() {
        pods.forEach(LoopbackPod::stall);
        for (int i = 0; i < 200; i++) {
            var request = request(SERVICE + "/")
                    .timeout(Duration.ofNanos(1_000_000 + i * 5_000))
                    .build();

            assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
        }

        assertThat(balancer().eligible().ejected()).isEmpty();
        assertThat(total(Backend::failed)).isZero();
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void whenAllRefuseTheCallerSeesTheLastRefusalAndEveryDial() {
        pods.forEach(LoopbackPod::refuse);

        assertThatThrownBy(() -> get(SERVICE + "/"))
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> {
                    List<String> lines = Arrays.stream(e.getSuppressed())
                            .map(Throwable::getMessage)
                            .toList();
                    assertThat(lines.subList(0, 3))
                            .allSatisfy(
                                    text -> assertThat(text).contains("pod-").contains("ConnectException"));
                    assertThat(lines.subList(3, lines.size()))
                            .as("the outage, if it was known by then")
                            .hasSizeLessThanOrEqualTo(1)
                            .allSatisfy(text -> assertThat(text).contains("backends refuse connects"));
                });
        assertThatThrownBy(() -> http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString())
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ConnectException.class);
        assertThat(total(Backend::inFlight)).isZero();
    }
}
