package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The API server and pods in trouble together: real HTTP, real sockets, pushed time. */
class CombinedFaultsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final LoopbackPods pods = LoopbackPods.start(5);
    private final Rig rig = rig();
    private final Onehop onehop = PushedOnehop.builder(rig.discovery, rig.time, new Random(1))
            .addressPolicy(AddressPolicy.allowingLoopback())
            .build();
    private final Balancer api = onehop.balancer("api-service.shop:80");

    @AfterEach
    void stop() {
        onehop.close();
        rig.close();
        pods.close();
    }

    @Test
    void x1_aRollingRestartWhileTheApiServerIsAwayIsCarriedByWhoIsLeft() throws Exception {
        list(pods.all().subList(0, 3));
        rig.live();
        rig.until(() -> api.eligible().size() == 3);
        assertThat(connected(100)).containsExactly("pod-1", "pod-2", "pod-3");
        rig.server.down();
        rig.untilStale();

        restart(pods.get(0), pods.all().subList(1, 4));
        assertThat(connected(100)).containsExactly("pod-2", "pod-3");
        restart(pods.get(1), pods.all().subList(2, 5));
        assertThat(connected(100)).containsExactly("pod-3");
        rig.time.advance(Duration.ofMinutes(2));
        assertThat(connected(100)).containsExactly("pod-3");

        restart(pods.get(2), pods.all().subList(3, 5));
        long began = System.nanoTime();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("the time to fail")
                .isLessThan(SECOND);

        rig.server.up();
        Duration took = rig.push(
                SECOND,
                Duration.ofSeconds(40),
                () -> rig.last() instanceof Live && api.eligible().size() == 2);
        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(31));
        assertThat(connected(100)).containsExactly("pod-4", "pod-5");
    }

    @Test
    void c03_afterTenMinutesWithoutContactConnectionsGoToTheClusterIpUntilItIsBack() throws Exception {
        list(pods.all().subList(0, 2));
        rig.live();
        rig.until(() -> api.eligible().size() == 2);
        rig.server.down();
        rig.untilStale();

        long since = ((Stale) rig.last()).sinceNanos();
        rig.push(
                Duration.ofSeconds(20),
                Duration.ofMinutes(11),
                () -> rig.time.nanoTime() - since >= Duration.ofSeconds(580).toNanos());
        assertThat(connected(50)).containsExactly("pod-1", "pod-2");
        rig.push(SECOND, Duration.ofSeconds(30), () -> api.eligible().decision() instanceof Decision.ClusterIp);
        assertThat(((Decision.ClusterIp) api.eligible().decision()).reason()).isEqualTo(FallbackReason.VIEW_TOO_OLD);
        rig.server.up();

        Duration took =
                rig.push(SECOND, Duration.ofSeconds(40), () -> api.eligible().size() == 2);
        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(31));
        assertThat(connected(50)).containsExactly("pod-1", "pod-2");
    }

    @Test
    void c09_aPodThatMovesBetweenSlicesKeepsItsRecord() throws Exception {
        list(pods.all().subList(0, 2));
        rig.live();
        rig.until(() -> api.eligible().size() == 2);
        connected(20);
        Backend before = backend("pod-2");

        EndpointSlice all = LoopbackPods.slices(pods.all().subList(0, 2))[0];
        rig.server.replace("endpointslices", "shop", "s1", named("s1", all, 0, 1));
        rig.untilInThisMoment(() -> rig.discovery.status().get(0).keptEndpoints() == 1);
        connected(20);
        rig.server.create("endpointslices", "shop", named("s2", all, 1, 2));
        rig.untilInThisMoment(() -> rig.discovery.status().get(0).keptEndpoints() == 0);
        rig.time.advance(SECOND);

        assertThat(backend("pod-2")).isSameAs(before);
        assertThat(connected(100)).containsExactly("pod-1", "pod-2");
    }

    @Test
    void s01_aSpecialAddressInASliceIsNeverDialled() throws Exception {
        try (Onehop strict =
                PushedOnehop.builder(rig.discovery, rig.time, new Random(1)).build()) {
            list(pods.all());
            Balancer balancer = strict.balancer("api-service.shop:80");
            rig.until(() -> balancer.eligible().decision() instanceof Decision.ClusterIp);

            assertThat(((Decision.ClusterIp) balancer.eligible().decision()).reason())
                    .isEqualTo(FallbackReason.ADDRESS_REFUSED);
            assertThat(balancer.candidates(10))
                    .noneMatch(address ->
                            address.getAddress() != null && address.getAddress().isLoopbackAddress());
            assertThat(pods.accepts()).isZero();
        }
    }

    /** The pod is gone; who is to replace it is listed, which nobody can see while the API server is away. */
    private void restart(LoopbackPod old, List<LoopbackPod> now) {
        old.refuse();
        list(now);
    }

    private void list(List<LoopbackPod> now) {
        EndpointSlice slice = LoopbackPods.slices(now)[0];
        assertThat(slice.endpoints()).as("pods on one port").hasSize(now.size());
        var object = named("s1", slice, 0, now.size());
        if (rig.server.objects("endpointslices").isEmpty()) {
            rig.server.create("endpointslices", "shop", object);
        } else {
            rig.server.replace("endpointslices", "shop", "s1", object);
        }
    }

    private static ObjectNode named(String name, EndpointSlice slice, int from, int to) {
        return ApiObjects.slice(EndpointSlice.of(
                LoopbackPods.API, name, slice.ports(), slice.endpoints().subList(from, to)));
    }

    private Set<String> connected(int times) throws IOException {
        var names = new TreeSet<String>();
        for (int i = 0; i < times; i++) {
            names.add(connect());
            rig.time.run();
        }
        return names;
    }

    /** The name of the pod a connection came to. */
    private String connect() throws IOException {
        return api.connect(TIMEOUT, (attempt, timeout) -> {
            try (var socket = new Socket();
                    Attempt ending = attempt) {
                socket.connect(attempt.address(), (int) timeout.toMillis());
                ending.succeeded();
                return ending.backend().flatMap(Backend::podName).orElse("the ClusterIP");
            }
        });
    }

    private Backend backend(String pod) {
        return api.eligible().backends().stream()
                .filter(each -> each.podName().filter(pod::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    private static Rig rig() {
        FakeApiServer server = FakeApiServer.start();
        server.create("services", "shop", ApiObjects.apiService());
        return Rig.start(server, KubernetesDiscovery.builder().config(Rig.config(server)));
    }
}
