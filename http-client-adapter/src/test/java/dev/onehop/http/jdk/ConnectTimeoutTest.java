package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.onehop.health.Backend;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The wrapped client's connect timeout is the time for all of connecting, however many pods that takes. */
class ConnectTimeoutTest extends HttpFixture {

    private static final Duration SLACK = Duration.ofSeconds(1);

    @Test
    void itHoldsForAllDialsTogether() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux"); // elsewhere a full queue resets
        pods.forEach(LoopbackPod::blackHole);
        connectTimeout(Duration.ofMillis(600));

        long began = System.nanoTime();
        assertThat(http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString()))
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(HttpConnectTimeoutException.class);

        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(500), Duration.ofMillis(600).plus(SLACK));
        assertThat(total(Backend::started)).isEqualTo(3);
        assertThat(total(Backend::failed))
                .as("each had a tenth of a second or more")
                .isEqualTo(3);
    }

    @Test
    void oneTooShortForADialIsSaidAsTheJdkSaysIt() {
        connectTimeout(Duration.ofNanos(1));

        assertThatThrownBy(() -> get(SERVICE + "/")).isInstanceOf(HttpConnectTimeoutException.class);

        assertThat(total(Backend::failed)).isZero();
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void theAnswerMayTakeLonger() throws Exception {
        pods.forEach(pod -> pod.answering(request -> {
            pause(Duration.ofMillis(700));
            return pod.echo(request);
        }));
        connectTimeout(Duration.ofMillis(500));

        assertThat(post(SERVICE + "/", "an order").body()).isEqualTo("an order");

        assertThat(pods.requests()).isEqualTo(1);
    }

    @Test
    void halfOfItIsWaitedForAFirstView() {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop = LoopbackPods.onehop(discovery)
                .initialWait(Duration.ofMinutes(1))
                .build();
        connectTimeout(Duration.ofSeconds(1));

        assertThat(http.sendAsync(
                        request(SERVICE + ":" + clusterIp.port() + "/").build(), BodyHandlers.ofString()))
                .succeedsWithin(SOON)
                .extracting(HttpResponse::body)
                .isEqualTo("cluster-ip");
    }

    private void connectTimeout(Duration timeout) {
        over(HttpClient.newBuilder().connectTimeout(timeout).build());
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
