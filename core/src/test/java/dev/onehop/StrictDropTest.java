package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.service.TrafficPolicy;
import dev.onehop.testing.SampleService;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code internalTrafficPolicy: Local} without an endpoint on this node: kube-proxy drops (R25), and what callers see. */
@Timeout(30)
class StrictDropTest {

    private static final Duration SHORT = Duration.ofMillis(150);

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", new ClientLocation("node-a", null));
    private final AtomicInteger dials = new AtomicInteger();
    private Onehop onehop = onehop(true);

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void r25_byDefaultADropFailsAtOnceAndSaysWhy() {
        onehop = onehop(false);
        Balancer api = dropping();

        assertThatThrownBy(() -> api.connect(Duration.ofMinutes(5), this::dial))
                .isInstanceOfSatisfying(
                        NoBackendException.class, e -> assertThat(e.verdict()).isEqualTo(Verdict.DROP))
                .hasMessageContaining("no endpoint on this node");
    }

    @Test
    void r25_strictlyTheCallerWaitsUntilItsTimeIsOver() {
        Balancer api = dropping();
        long began = System.nanoTime();

        assertThatThrownBy(() -> api.connect(SHORT, this::dial))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("no endpoint on this node")
                .hasMessageContaining("strictDrop");
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(SHORT.toNanos());
        assertThat(dials).hasValue(0);
    }

    @Test
    void r25_strictlyAnAsynchronousCallerWaitsAsWell() {
        Balancer api = dropping();
        CompletableFuture<String> call =
                api.connectAsync(SHORT, (attempt, timeout) -> CompletableFuture.completedFuture("dialled"));

        assertThat(call).isNotDone();
        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void r25_strictlyAConnectionGoesThroughOnceAnEndpointIsThere() throws Exception {
        Balancer api = dropping();
        CompletableFuture<String> call = api.connectAsync(
                Duration.ofSeconds(20),
                (attempt, timeout) ->
                        CompletableFuture.completedFuture(attempt.address().toString()));
        CompletableFuture<String> blocking = CompletableFuture.supplyAsync(() -> {
            try {
                return api.connect(Duration.ofSeconds(20), this::dial);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(call).isNotDone();

        localPods("node-a");

        assertThat(call.get(10, TimeUnit.SECONDS)).contains("10.244.7.1:8080");
        assertThat(blocking.get(10, TimeUnit.SECONDS)).contains("10.244.7.1:8080");
    }

    @Test
    void r25_strictlyAClientThatDialsItselfIsGivenTheClusterIpWhichTheKernelDrops() throws Exception {
        Balancer api = dropping();

        try (Attempt attempt = api.attempt()) {
            assertThat(attempt.address().getAddress().getHostAddress()).isEqualTo("10.96.0.10");
            assertThat(attempt.fallback().orElseThrow().reason()).isEqualTo(FallbackReason.STRICT_DROP);
        }
        assertThat(api.explain().fallbacks()).containsEntry(FallbackReason.STRICT_DROP, 1L);
    }

    @Test
    void aWaitingCallerCanBeInterrupted() throws Exception {
        Balancer api = dropping();
        var thrown = new CompletableFuture<Throwable>();
        var caller = new Thread(() -> {
            try {
                api.connect(Duration.ofMinutes(5), this::dial);
            } catch (Throwable e) {
                thrown.complete(e);
            }
        });
        caller.start();
        caller.interrupt();

        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedIOException.class);
        caller.join(10_000);
    }

    @Test
    void aCallerThatWaitsWhenOnehopClosesGoesToTheClusterIp() throws Exception {
        Balancer api = dropping();
        CompletableFuture<String> call = api.connectAsync(
                Duration.ofSeconds(20),
                (attempt, timeout) ->
                        CompletableFuture.completedFuture(attempt.address().getHostString()));

        onehop.close();

        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("api.shop");
    }

    @Test
    void callersThatGiveUpLeaveNothingBehind() throws Exception {
        Balancer api = dropping();
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            calls.add(api.connectAsync(
                    Duration.ofMinutes(5),
                    (attempt, timeout) -> CompletableFuture.completedFuture(dial(attempt, timeout))));
        }
        StrictDrop drop = onehop.ports()
                .inUse(SampleService.PORT_80)
                .orElseThrow()
                .picks()
                .drop();
        assertThat(drop.waiting()).isEqualTo(1_000);

        calls.forEach(call -> call.cancel(true));
        assertThat(drop.waiting()).isZero();
        localPods("node-a");
        String connected = api.connect(Duration.ofSeconds(10), (attempt, timeout) -> "connected");
        assertThat(connected).isEqualTo("connected");
        assertThat(dials).as("of those who gave up").hasValue(0);
    }

    private Balancer dropping() {
        localPods("node-b");
        Balancer api = onehop.balancer("api.shop:80");
        api.ready().toCompletableFuture().join();
        return api;
    }

    private void localPods(String node) {
        discovery.set(
                SampleService.builder()
                        .internalTrafficPolicy(TrafficPolicy.LOCAL)
                        .build(),
                EndpointSlice.of(
                        SampleService.KEY,
                        "api-1",
                        List.of(new SlicePort("http", Protocol.TCP, 8080)),
                        List.of(Endpoint.builder("10.244.7.1")
                                .conditions(true, true, false)
                                .node(node)
                                .build())));
    }

    private String dial(Attempt attempt, Duration timeout) {
        dials.incrementAndGet();
        return attempt.address().toString();
    }

    private Onehop onehop(boolean strictDrop) {
        return Onehop.builder()
                .discovery(discovery)
                .strictDrop(strictDrop)
                .meshDetection(false)
                .build();
    }
}
