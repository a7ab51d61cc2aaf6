package dev.onehop.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.ActiveCheck;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.time.ManualTime;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real gRPC servers, asked through Onehop: who comes back, and when. Time is pushed; answers come over real sockets. */
class CheckedByHealthTest {

    private static final String CART = "shop.Cart";
    private static final Duration STEP = Duration.ofMillis(250);

    private final ManualTime time = new ManualTime();
    private final List<HealthStatusManager> health = new ArrayList<>();
    private final List<GrpcPod> pods = new ArrayList<>();
    private final GrpcHealth probe = GrpcHealth.check(CART);
    private final Queue<Asked> underWay = new ArrayDeque<>();
    private final List<InetSocketAddress> asked = new ArrayList<>();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private Onehop onehop;

    @BeforeEach
    void start() throws IOException {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var status = new HealthStatusManager();
            status.setStatus(CART, ServingStatus.SERVING);
            health.add(status);
            pods.add(GrpcPod.start(
                    "127.71.1." + (i + 1), i == 0 ? 0 : pods.get(0).port(), status.getHealthService()));
            endpoints.add(Endpoint.builder("127.71.1." + (i + 1))
                    .conditions(true, true, false)
                    .pod("pod-" + i, "uid-" + i)
                    .build());
        }
        discovery.set(
                LoopbackPods.service(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "api-1",
                        List.of(new SlicePort("http", Protocol.TCP, pods.get(0).port())),
                        endpoints));
    }

    @AfterEach
    void close() {
        onehop.close();
        pods.forEach(GrpcPod::close);
    }

    @Test
    void ejectedForRefusalsAPodReturnsWhenItServesAgain() throws Exception {
        Balancer api = balancer(ActiveCheck.by(this::ask));
        Callers.refusedTwice(api, "pod-0", time);
        assertThat(api.eligible().ejected()).hasSize(1);

        push(Duration.ofSeconds(4));

        assertThat(asked).containsOnly(pods.get(0).address()).hasSize(2);
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void ejectedForRefusalsAPodThatListensButDoesNotServeStaysOutUntilItDoes() throws Exception {
        health.get(0).setStatus(CART, ServingStatus.NOT_SERVING);
        Balancer api = balancer(ActiveCheck.by(this::ask));
        Callers.refusedTwice(api, "pod-0", time);

        push(Duration.ofSeconds(8));
        assertThat(asked).as("a connect would have brought it back").isNotEmpty();
        assertThat(pods.get(0).opened()).isEqualTo(asked.size());
        Backend out = out(api);
        assertThat(api.eligible().ejection(out).orElseThrow().evidence())
                .startsWith("accepts connections, but a check");

        health.get(0).setStatus(CART, ServingStatus.SERVING);
        pushUntilTried(api, out).succeeded();
        pushUntilTried(api, out).succeeded();
        push(STEP);
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void aPodThatSaysItDoesNotServeIsOutWithoutACall() {
        Balancer api = balancer(
                ActiveCheck.by(this::ask).interval(Duration.ofSeconds(1)).all());
        push(Duration.ofSeconds(5));
        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(asked).hasSizeGreaterThanOrEqualTo(9);

        health.get(1).setStatus(CART, ServingStatus.NOT_SERVING);
        push(Duration.ofSeconds(5));

        Backend out = out(api);
        assertThat(out.podName()).contains("pod-1");
        Ejection ejection = api.eligible().ejection(out).orElseThrow();
        assertThat(ejection.kind()).isEqualTo(Ejection.Kind.SOFT);
        assertThat(ejection.evidence())
                .startsWith("3 failed checks in a row")
                .endsWith("the last: answered NOT_SERVING");
        assertThat(api.tally().started()).isZero();
    }

    /** A real check; Onehop is told of its end when the test lets it. */
    private CompletionStage<?> ask(InetSocketAddress backend, Duration timeout) {
        var told = new CompletableFuture<Void>();
        asked.add(backend);
        underWay.add(new Asked(probe.probe(backend, timeout), told));
        return told;
    }

    private Balancer balancer(ActiveCheck check) {
        onehop = PushedOnehop.builder(discovery, time, new Random(42))
                .addressPolicy(AddressPolicy.allowingLoopback())
                .activeCheck(check.timeout(Duration.ofSeconds(4)))
                .build();
        Balancer api = onehop.balancer("api-service.shop:80");
        time.run();
        return api;
    }

    /** Moves time on, step by step, and lets whatever is asked be answered before the next. */
    private void push(Duration by) {
        for (Duration left = by; left.compareTo(Duration.ZERO) > 0; left = left.minus(STEP)) {
            time.advance(STEP);
            for (Asked next = underWay.poll(); next != null; next = underWay.poll()) {
                next.end();
                time.run();
            }
        }
    }

    private Attempt pushUntilTried(Balancer api, Backend backend) throws NoBackendException {
        for (int i = 0; i < 400; i++) {
            Attempt attempt = api.attempt();
            if (attempt.backend().orElseThrow() == backend) {
                return attempt;
            }
            attempt.close();
            push(STEP);
        }
        throw new AssertionError(backend + " was not tried");
    }

    private record Asked(CompletionStage<?> answer, CompletableFuture<Void> told) {
        void end() {
            try {
                answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
                told.complete(null);
            } catch (ExecutionException e) {
                told.completeExceptionally(e.getCause());
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Backend out(Balancer api) {
        assertThat(api.eligible().ejected()).hasSize(1);
        return api.eligible().ejected().get(0);
    }
}
