package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Backend;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The wrapped client's connect timeout is the time for all of connecting, however many pods that takes. */
class ConnectTimeoutTest extends HttpFixture {

    private static final Duration SLACK = Duration.ofSeconds(1);

    @Test
    void itHoldsForAllDialsTogether() {
        blackHoles();
        connectTimeout(Duration.ofMillis(1_500));

        assertThat(failing(SERVICE + "/", () -> {}))
                .isBetween(Duration.ofMillis(1_200), Duration.ofMillis(1_500).plus(SLACK));
        assertThat(total(Backend::started)).isBetween(2L, 3L);
        assertThat(total(Backend::failed))
                .as("each had a tenth of a second or more")
                .isEqualTo(total(Backend::started));
    }

    @Test
    void aLoneDialHasWhatTheWaitForAFirstViewLeft() {
        blackHoles();
        unknown();
        connectTimeout(Duration.ofSeconds(1));

        Duration took = failing(SERVICE + "/", () -> {
            pause(Duration.ofMillis(100));
            discovery.set(LoopbackPods.service(), LoopbackPods.slices(List.of(pods.get(0))));
        });

        assertThat(took).isBetween(Duration.ofMillis(880), Duration.ofSeconds(1).plus(SLACK));
        assertThat(total(Backend::started)).isEqualTo(1);
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
        unknown();
        connectTimeout(Duration.ofSeconds(1));

        long began = System.nanoTime();
        assertThat(send(SERVICE + ":" + clusterIp.port() + "/"))
                .succeedsWithin(SOON)
                .extracting(HttpResponse::body)
                .isEqualTo("cluster-ip");

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(450));
    }

    @Test
    void theClusterIpIsDialledHoweverLateTheWaitForAFirstViewEnds() {
        LoopbackPod clusterIp = clusterIp();
        unknown();
        connectTimeout(Duration.ofMillis(600), new Late(Duration.ofMillis(600)));

        assertThat(send(SERVICE + ":" + clusterIp.port() + "/"))
                .succeedsWithin(SOON)
                .extracting(HttpResponse::body)
                .isEqualTo("cluster-ip");
    }

    @Test
    void aPodIsDialledHoweverLateTheWaitForAFirstViewEnds() {
        unknown();
        var late = new Late(Duration.ofMillis(1_500));
        connectTimeout(Duration.ofMillis(1_500), late);

        var response = send(SERVICE + "/");
        await().atMost(SOON).until(late.begun::get);
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));

        assertThat(response).succeedsWithin(SOON).extracting(HttpResponse::body).isEqualTo("pod-1");
    }

    /** Runs its first task, which is what comes after the wait for a first view, late. */
    private record Late(Duration by, AtomicBoolean begun) implements Executor {

        Late(Duration by) {
            this(by, new AtomicBoolean());
        }

        @Override
        public void execute(Runnable task) {
            Executor soon = ForkJoinPool.commonPool();
            Executor when = begun.compareAndSet(false, true)
                    ? CompletableFuture.delayedExecutor(by.toMillis(), TimeUnit.MILLISECONDS, soon)
                    : soon;
            when.execute(task);
        }
    }

    private void blackHoles() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux"); // elsewhere a full queue resets
        pods.forEach(LoopbackPod::blackHole);
    }

    /** No view has arrived. */
    private void unknown() {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop.close();
        onehop = LoopbackPods.onehop(discovery)
                .policy(IN_TURN)
                .initialWait(Duration.ofMinutes(1))
                .build();
    }

    private CompletableFuture<HttpResponse<String>> send(String url) {
        return http.sendAsync(request(url).build(), BodyHandlers.ofString());
    }

    /** How long a call takes to fail while {@code meanwhile} is done. */
    private Duration failing(String url, Runnable meanwhile) {
        long began = System.nanoTime();
        CompletableFuture<HttpResponse<String>> response = send(url);
        meanwhile.run();
        assertThat(response)
                .failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(HttpConnectTimeoutException.class);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private void connectTimeout(Duration timeout, Executor executor) {
        over(HttpClient.newBuilder().connectTimeout(timeout).executor(executor).build());
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
