package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Session affinity ClientIP: rules R29 to R31. */
class AffinityTest {

    private static final Service STICKY =
            SampleService.builder().affinity(Duration.ofSeconds(60)).build();

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Onehop onehop = Onehop.builder()
            .discovery(discovery)
            .meshDetection(false)
            .loop(time)
            .build();
    private Balancer api;

    @BeforeEach
    void tenPods() {
        discovery.set(STICKY, SampleService.slice("api-1", 0, 10));
        api = onehop.balancer("api.shop:80");
        time.run();
    }

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void r29_everyConnectionGoesToTheRememberedBackend() throws Exception {
        String first = pick();

        for (int i = 0; i < 100; i++) {
            assertThat(pick()).isEqualTo(first);
        }
    }

    @Test
    void r29_onePortIsOnePortWhateverCallersCallIt() throws Exception {
        String first = pick();

        for (String name : List.of("api.shop:http", "API.shop.svc:80")) {
            assertThat(picked(onehop.balancer(name))).as(name).isEqualTo(first);
        }
        assertThat(picked(onehop.balancer("api.shop:80", AddressFamily.IPV4))).isEqualTo(first);
        assertThat(picked(onehop.forHost("10.96.0.10", 80).orElseThrow())).isEqualTo(first);
    }

    @Test
    void r31_aBackendThatWasAwayIsNotResurrectedByAnotherNameOfThePort() throws Exception {
        Balancer byName = onehop.balancer("api.shop:http");
        String first = picked(byName);
        Set<String> later = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            List<Endpoint> others =
                    new ArrayList<>(SampleService.slice("api-1", 0, 10).endpoints());
            String gone = first;
            others.removeIf(pod -> gone.equals(pod.address()));
            discovery.set(STICKY, SampleService.slice("api-1", others));
            time.run();
            discovery.set(STICKY, SampleService.slice("api-1", 0, 10));
            time.run();
            first = picked(byName);
            later.add(first);
        }
        assertThat(later).hasSizeGreaterThan(1);
    }

    private String picked(Balancer balancer) throws NoBackendException {
        time.run();
        try (Attempt attempt = balancer.attempt()) {
            return attempt.address().getAddress().getHostAddress();
        }
    }

    @Test
    void r29_anotherPortOfTheServiceChoosesOnItsOwn() throws Exception {
        Set<Boolean> same = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            discovery.set(STICKY);
            time.run();
            discovery.set(
                    SampleService.builder()
                            .port("grpc", 9090)
                            .affinity(Duration.ofSeconds(60))
                            .build(),
                    SampleService.slice("api-1", 0, 10),
                    grpcSlice());
            Balancer grpc = onehop.balancer("api.shop:9090");
            time.run();
            same.add(pick().equals(pick(grpc)));
        }

        assertThat(same).contains(false);
    }

    @Test
    void r30_theTimeRunsFromTheLastNewConnection() throws Exception {
        String first = pick();

        for (int i = 0; i < 10; i++) {
            time.advance(Duration.ofSeconds(59));
            assertThat(pick()).isEqualTo(first);
        }
    }

    @Test
    void r30_atTheTimeoutItStillCountsAndAfterItIsAFreshPick() throws Exception {
        String first = pick();
        time.advance(Duration.ofSeconds(60));
        assertThat(pick()).isEqualTo(first);

        Set<String> fresh = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            time.advance(Duration.ofSeconds(60).plusMillis(1));
            fresh.add(pick());
        }

        assertThat(fresh).hasSizeGreaterThan(3);
    }

    @Test
    void r30_aFailedConnectRenewsTheTimeToo() throws Exception {
        String first = pick();
        time.advance(Duration.ofSeconds(50));
        api.attempt().failed(new ConnectException("Connection refused"));
        time.advance(Duration.ofSeconds(50));

        assertThat(pick()).isEqualTo(first);
    }

    @Test
    void r30_oneRefusedConnectMovesNoAffinity() throws Exception {
        String first = pick();
        List<String> dialled = new ArrayList<>();

        api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
            dialled.add(attempt.address().getAddress().getHostAddress());
            if (dialled.size() == 1) {
                throw new ConnectException("Connection refused");
            }
            return attempt.succeeded();
        });

        assertThat(dialled).hasSize(2).startsWith(first);
        assertThat(pick()).isEqualTo(first);
    }

    @Test
    void r29_candidatesBeginWithTheRememberedBackendAndMoveNothing() throws Exception {
        String first = pick();

        for (int i = 0; i < 50; i++) {
            assertThat(api.candidates(3).get(0).getAddress().getHostAddress()).isEqualTo(first);
        }
    }

    @Test
    void r31_aRememberedBackendThatLeavesIsNotResurrected() throws Exception {
        String first = pick();
        EndpointSlice all = SampleService.slice("api-1", 0, 10);
        var others = all.endpoints().stream()
                .filter(endpoint -> !first.equals(endpoint.address()))
                .toList();

        discovery.set(STICKY, SampleService.slice("api-1", others));
        time.run();
        String second = pick();
        discovery.set(STICKY, all);
        time.run();

        assertThat(second).isNotEqualTo(first);
        for (int i = 0; i < 50; i++) {
            assertThat(pick()).isEqualTo(second);
        }
    }

    @Test
    void r31_aBackendThatLeavesAndReturnsBetweenTwoPicksIsForgotten() throws Exception {
        Set<Boolean> same = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            String before = pick();
            discovery.set(STICKY);
            time.run();
            discovery.set(STICKY, SampleService.slice("api-1", 0, 10));
            time.run();
            same.add(pick().equals(before));
        }

        assertThat(same).contains(false);
    }

    @Test
    void r31_affinityHoldsThroughTheTerminatingFallback() throws Exception {
        String first = pick();
        var terminating = SampleService.slice("api-1", 0, 10).endpoints().stream()
                .map(endpoint -> Endpoint.builder(endpoint.address())
                        .conditions(false, true, true)
                        .pod(endpoint.podName(), endpoint.podUid())
                        .build())
                .toList();

        discovery.set(STICKY, SampleService.slice("api-1", terminating));
        time.run();

        for (int i = 0; i < 50; i++) {
            assertThat(pick()).isEqualTo(first);
        }
    }

    @Test
    void r31_switchingAffinityOffSpreadsAgain() throws Exception {
        pick();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 10));
        time.run();

        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(pick());
        }

        assertThat(seen).hasSizeGreaterThan(3);
    }

    @Test
    void r31_switchedOffAndOnBetweenTwoPicksTheMemoryIsGone() throws Exception {
        Set<Boolean> same = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            String before = pick();
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 10));
            time.run();
            discovery.set(STICKY, SampleService.slice("api-1", 0, 10));
            time.run();
            same.add(pick().equals(before));
        }

        assertThat(same).contains(false);
    }

    private static EndpointSlice grpcSlice() {
        return EndpointSlice.of(
                SampleService.KEY,
                "api-2",
                List.of(new SlicePort("grpc", Protocol.TCP, 8080)),
                SampleService.slice("x", 0, 10).endpoints());
    }

    private String pick() throws NoBackendException {
        return pick(api);
    }

    private static String pick(Balancer balancer) throws NoBackendException {
        try (Attempt attempt = balancer.attempt()) {
            return attempt.address().getAddress().getHostAddress();
        }
    }
}
