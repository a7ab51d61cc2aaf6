package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.Endpoint;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.service.TrafficPolicy;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BalancerTest {

    private static final Duration NOT_SUSPECT_ANY_MORE = Duration.ofMillis(3_001);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", new ClientLocation("node-a", "zone-a"));
    private final Onehop onehop = Onehop.builder()
            .discovery(discovery)
            .meshDetection(false)
            .loop(time)
            .build();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void anAttemptGoesToAPodOnItsTargetPort() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();

        try (Attempt attempt = api.attempt()) {
            assertThat(attempt.address().getAddress().getHostAddress()).isEqualTo("10.244.0.1");
            assertThat(attempt.address().getPort()).isEqualTo(8080);
            assertThat(attempt.address().getHostString()).isEqualTo("api.shop");
            assertThat(attempt.backend().flatMap(Backend::podName)).hasValue("pod-0");
        }
    }

    @Test
    void aChangedSliceChangesTheNextPick() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();

        discovery.set(SampleService.service(), SampleService.slice("api-1", 1, 2));
        time.run();

        assertThat(picked(api, 20)).containsExactly("10.244.0.2");
    }

    @Test
    void aPodKeepsItsCountersWhileOthersComeAndGo() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();
        api.attempt().succeeded();

        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        time.run();

        assertThat(backend(api, "pod-0").succeeded()).isEqualTo(1);
    }

    @Test
    void aNewPodOnARecycledAddressStartsAfresh() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();
        api.attempt().succeeded();

        Endpoint recycled = Endpoint.builder(SampleService.address(0))
                .pod("pod-new", "uid-new")
                .build();
        discovery.set(SampleService.service(), SampleService.slice("api-1", List.of(recycled)));
        time.run();

        assertThat(backend(api, "pod-new").succeeded()).isZero();
    }

    @Test
    void anAttemptEndsOnceWhateverItsCallerDoes() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();
        Attempt attempt = api.attempt();
        assertThat(backend(api, "pod-0").inFlight()).isEqualTo(1);

        assertThat(attempt.succeeded()).isTrue();
        assertThat(attempt.failed(new ConnectException("late"))).isFalse();
        attempt.close();

        Backend backend = backend(api, "pod-0");
        assertThat(backend.inFlight()).isZero();
        assertThat(backend.succeeded()).isEqualTo(1);
        assertThat(backend.failed()).isZero();
        assertThat(backend.abandoned()).isZero();
    }

    @Test
    void aRefusedPodIsEjectedAfterTheSecondTimeAndReturns() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        Balancer api = balancer();

        Attempt second = Callers.attemptOn(api, "pod-0");
        time.advance(Duration.ofMillis(2));
        refuse(api, "pod-0");
        time.run();
        assertThat(api.eligible().size()).isEqualTo(3);
        second.failed(new ConnectException("Connection refused"));
        time.run();

        assertThat(api.eligible().ejected()).extracting(Backend::podName).containsExactly(Optional.of("pod-0"));
        assertThat(picked(api, 100)).doesNotContain("10.244.0.1");
        time.advance(Duration.ofMillis(1_300));
        assertThat(api.eligible().size()).isEqualTo(3);
    }

    @Test
    void anEjectionSurvivesChangesOfOtherPods() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        Balancer api = balancer();
        Callers.refusedTwice(api, "pod-0", time);

        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 5));
        time.run();

        assertThat(picked(api, 200)).hasSize(4).doesNotContain("10.244.0.1");
    }

    @Test
    void aReadTimeoutDoesNotEject() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        Balancer api = balancer();

        for (int i = 0; i < 10; i++) {
            time.advance(Duration.ofMillis(5));
            Attempt attempt = api.attempt();
            attempt.failed(new SocketTimeoutException("Read timed out"));
        }
        time.run();

        assertThat(api.eligible().size()).isEqualTo(3);
    }

    @Test
    void aServiceWithoutReadyPodsRefusesAndSaysWhy() {
        Endpoint sick = Endpoint.builder("10.244.0.9")
                .conditions(false, false, false)
                .pod("sick", "u")
                .build();
        discovery.set(SampleService.service(), SampleService.slice("api-1", List.of(sick, sick)));
        Balancer api = balancer();

        assertThatThrownBy(api::attempt)
                .isInstanceOf(ConnectException.class)
                .isInstanceOfSatisfying(NoBackendException.class, e -> {
                    assertThat(e.verdict()).isEqualTo(Verdict.REJECT);
                    assertThat(e.service()).isEqualTo(SampleService.KEY);
                    assertThat(e.port()).isEqualTo("80");
                    assertThat(e.viewAge()).isPresent();
                })
                .hasMessageContaining("shop/api:80")
                .hasMessageContaining("REJECT")
                .hasMessageContaining("0 ready, 1 not ready")
                .hasMessageContaining(" ms old");
    }

    @Test
    void aLocalServiceWithoutALocalPodDrops() {
        discovery.set(
                SampleService.builder()
                        .internalTrafficPolicy(TrafficPolicy.LOCAL)
                        .build(),
                SampleService.slice("api-1", 0, 2));
        Balancer api = balancer();

        assertThatThrownBy(api::attempt)
                .isInstanceOfSatisfying(
                        NoBackendException.class, e -> assertThat(e.verdict()).isEqualTo(Verdict.DROP));
    }

    @Test
    void beforeTheFirstViewAnAttemptWaitsThenFallsBackToTheName() {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("the API server does not answer"));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();

        var attempt = api.attemptAsync().toCompletableFuture();
        assertThat(attempt).isNotDone();
        time.advance(Duration.ofMillis(999));
        assertThat(attempt).isNotDone();
        time.advance(Duration.ofMillis(1));

        assertThat(attempt.join().fallback()).hasValueSatisfying(fallback -> {
            assertThat(fallback.reason()).isEqualTo(FallbackReason.VIEW_UNKNOWN);
            assertThat(fallback.why()).contains("the API server does not answer");
        });
        assertThat(attempt.join().address()).isEqualTo(InetSocketAddress.createUnresolved("api.shop", 80));
        assertThat(api.explain().fallbacks()).containsEntry(FallbackReason.VIEW_UNKNOWN, 1L);
    }

    @Test
    void aViewThatArrivesWhileWaitingIsUsed() {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("not yet"));
        Balancer api = onehop.balancer("api.shop:80");
        var attempt = api.attemptAsync().toCompletableFuture();

        time.advance(Duration.ofMillis(500));
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        time.run();

        assertThat(attempt.join().backend()).isPresent();
    }

    @Test
    void afterAFallbackTheFirstViewTakesOver() throws Exception {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("not yet"));
        Balancer api = onehop.balancer("api.shop:80");
        time.advance(Duration.ofSeconds(5));
        assertThat(api.attemptAsync().toCompletableFuture().join().fallback()).isPresent();

        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        time.run();

        assertThat(api.attempt().backend()).isPresent();
    }

    @Test
    void aStaleViewIsUsedUntilItIsTooOld() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 2));
        Balancer api = balancer();
        var slices = List.of(SampleService.slice("api-1", 0, 2));
        discovery.set(
                SampleService.KEY,
                new ServiceView.Stale(
                        new Present(SampleService.service()), slices, time.nanoTime(), "connection refused"));

        time.advance(Duration.ofMinutes(9));
        assertThat(api.attempt().backend()).isPresent();
        time.advance(Duration.ofMinutes(1));

        Attempt fallback = api.attempt();
        assertThat(fallback.fallback())
                .hasValueSatisfying(why -> assertThat(why.reason()).isEqualTo(FallbackReason.VIEW_TOO_OLD));
        assertThat(fallback.address().getAddress().getHostAddress()).isEqualTo("10.96.0.10");
        assertThat(fallback.address().getPort()).isEqualTo(80);
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 2));
        time.run();
        assertThat(api.attempt().backend()).isPresent();
    }

    @Test
    void fallingBackCanBeSwitchedOff() {
        try (var strict = Onehop.builder()
                .discovery(StaticDiscovery.create())
                .clusterIpFallback(false)
                .meshDetection(false)
                .loop(time)
                .build()) {
            Balancer nope = strict.balancer("nope.shop:80");
            time.run();

            assertThatThrownBy(nope::attempt)
                    .isInstanceOf(NoBackendException.class)
                    .hasMessageContaining("NOT_PROXIED")
                    .hasMessageContaining("switched off");
        }
    }

    @Test
    void anUnknownServiceIsAClearError() {
        Balancer nope = onehop.balancer("no-such-service-anywhere.shop:80");
        time.run();

        assertThatThrownBy(nope::attempt)
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("shop/no-such-service-anywhere:80")
                .hasMessageContaining("no such Service")
                .hasMessageContaining("DNS does not know");
    }

    @Test
    void anUndefinedPortGoesToTheClusterIpWithTheReason() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 2));
        Balancer api = onehop.balancer("api.shop:81");
        time.run();

        Attempt attempt = api.attempt();

        assertThat(attempt.address().getPort()).isEqualTo(81);
        assertThat(attempt.fallback()).hasValueSatisfying(fallback -> {
            assertThat(fallback.reason()).isEqualTo(FallbackReason.NOT_PROXIED);
            assertThat(fallback.why()).contains("81").contains("http 80/TCP");
        });
    }

    @Test
    void theOffSwitchAsksTheApiServerNothing() throws Exception {
        var asked = new ArrayList<ServiceKey>();
        try (var off = Onehop.builder()
                .discovery(new Noting(discovery, asked))
                .enabled(false)
                .loop(time)
                .build()) {
            var attempt = off.balancer("api.shop:80")
                    .attemptAsync()
                    .toCompletableFuture()
                    .join();

            assertThat(attempt.fallback())
                    .hasValueSatisfying(
                            fallback -> assertThat(fallback.reason()).isEqualTo(FallbackReason.SWITCHED_OFF));
        }
    }

    @Test
    void aPortByNameIsTheSamePort() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = onehop.balancer("api.shop:http");
        time.run();

        assertThat(api.attempt().backend()).isPresent();
    }

    @Test
    void candidatesAreDistinctAndAtMostThatMany() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 5));
        Balancer api = balancer();

        assertThat(api.candidates(1)).hasSize(1);
        assertThat(api.candidates(3)).hasSize(3).doesNotHaveDuplicates();
        assertThat(api.candidates(9)).hasSize(5).doesNotHaveDuplicates();
        assertThatThrownBy(() -> api.candidates(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void candidatesTakeOneTurnOfARoundRobin() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 5));
        try (var turns = Onehop.builder()
                .discovery(discovery)
                .policy(PickPolicy.roundRobin())
                .meshDetection(false)
                .loop(time)
                .build()) {
            Balancer api = turns.balancer("api.shop:80");
            time.run();
            Set<InetSocketAddress> first = new HashSet<>();

            for (int i = 0; i < 5; i++) {
                first.add(api.candidates(3).get(0));
            }

            assertThat(first).hasSize(5);
        }
    }

    @Test
    void aListenerSeesSnapshotsInOrderAndMayFail() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();
        List<Long> versions = new ArrayList<>();
        Balancer.Listening broken = api.onChange(snapshot -> {
            throw new IllegalStateException("a listener of a test");
        });
        Balancer.Listening listening = api.onChange(snapshot -> versions.add(snapshot.version()));
        time.run();

        for (int pods = 2; pods < 6; pods++) {
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, pods));
            time.run();
        }
        listening.close();
        broken.close();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 9));
        time.run();

        assertThat(versions).hasSize(5).isSorted().doesNotHaveDuplicates();
        assertThat(api.eligible().size()).isEqualTo(9);
    }

    @Test
    void aListenerClosedBeforeItWasHeardHearsNothing() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();
        List<Long> versions = new ArrayList<>();

        api.onChange(snapshot -> versions.add(snapshot.version())).close();
        time.run();

        assertThat(versions).isEmpty();
    }

    @Test
    void aBurstOfViewsCostsOneRebuild() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();
        long before = api.eligible().version();

        for (int pods = 2; pods < 50; pods++) {
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, pods));
        }
        time.run();

        assertThat(api.eligible().version()).isEqualTo(before + 1);
        assertThat(api.eligible().size()).isEqualTo(49);
    }

    @Test
    void readyCompletesWithTheFirstDecision() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = onehop.balancer("api.shop:80");
        assertThat(api.ready().toCompletableFuture()).isNotDone();

        time.run();

        assertThat(api.ready().toCompletableFuture().join().decision()).isEqualTo(Decision.PICK);
    }

    @Test
    void anAsynchronousRefusalCarriesTheException() {
        discovery.set(SampleService.service());
        Balancer api = balancer();

        assertThatThrownBy(() -> api.attemptAsync().toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NoBackendException.class);
    }

    @Test
    void aClosedOnehopSendsNewConnectionsToTheClusterIpAndHandsOutNoBalancer() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = balancer();

        onehop.close();

        assertThat(api.attemptAsync().toCompletableFuture().join().fallback()).isPresent();
        assertThat(api.candidates(3)).isEmpty();
        assertThatThrownBy(() -> onehop.balancer("api.shop:80")).isInstanceOf(IllegalStateException.class);
        assertThat(onehop.forHost("api.shop", 80)).isEmpty();
    }

    @Test
    void anEjectionThatEndsWhileTheViewIsTooOldKeepsTheLoopQuiet() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        Balancer api = balancer();
        Callers.refusedTwice(api, "pod-0", time);
        discovery.set(
                SampleService.KEY,
                new ServiceView.Stale(
                        new Present(SampleService.service()),
                        SampleService.slices(3),
                        time.nanoTime() - Duration.ofMinutes(11).toNanos(),
                        "connection refused"));
        time.run();
        long before = api.eligible().version();

        time.advance(Duration.ofMinutes(1));

        assertThat(api.eligible().version() - before).isLessThan(5);
    }

    @Test
    void aRuleThatFailsSendsTheFirstConnectionsToTheClusterIp() throws Exception {
        var broken = new FailingLocation(discovery);
        try (var failing = Onehop.builder()
                .discovery(broken)
                .meshDetection(false)
                .loop(time)
                .build()) {
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
            Balancer api = failing.balancer("api.shop:80");
            time.run();

            assertThat(api.attempt().fallback()).isPresent();

            broken.failing = false;
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
            time.run();
            assertThat(api.eligible().size()).isEqualTo(3);

            broken.failing = true;
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 4));
            time.run();
            assertThat(api.eligible().size()).isEqualTo(3);
        }
    }

    @Test
    void anEndpointThatOurAddressPolicyRefusesLeavesTheConnectionToTheClusterIp() throws Exception {
        Endpoint special = Endpoint.builder("240.0.0.1")
                .conditions(true, true, false)
                .pod("p", "u")
                .build();
        discovery.set(SampleService.service(), SampleService.slice("api-1", List.of(special)));
        Balancer api = balancer();

        Attempt attempt = api.attempt();

        assertThat(attempt.fallback()).hasValueSatisfying(fallback -> {
            assertThat(fallback.reason()).isEqualTo(FallbackReason.ADDRESS_REFUSED);
            assertThat(fallback.why()).contains("address policy");
        });
        assertThat(attempt.address().getAddress().getHostAddress()).isEqualTo("10.96.0.10");
    }

    @Test
    void s02_aServiceWhosePodsAreAllOutsideTheAllowedNetworksIsLeftToTheClusterIp() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        try (var narrow = Onehop.builder()
                .discovery(discovery)
                .addressPolicy(AddressPolicy.strict().withAllowedCidrs("192.168.0.0/16"))
                .meshDetection(false)
                .loop(time)
                .build()) {
            Balancer api = narrow.balancer("api.shop:80");
            time.run();

            assertThat(api.attempt().fallback())
                    .hasValueSatisfying(
                            fallback -> assertThat(fallback.reason()).isEqualTo(FallbackReason.ADDRESS_REFUSED));
            assertThat(api.explain().excluded())
                    .hasSize(3)
                    .allSatisfy(each -> assertThat(each.rule()).isEqualTo("S-02"));
        }
    }

    @Test
    void successOnAnOldConnectionDoesNotForgiveRefusedConnects() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1), SampleService.slice("api-2", 1, 2));
        Balancer api = balancer();

        Attempt old = Callers.attemptOn(api, "pod-0");
        Attempt second = Callers.attemptOn(api, "pod-0");
        time.advance(Duration.ofMillis(2));
        refuse(api, "pod-0");
        old.succeeded();
        second.failed(new ConnectException("Connection refused"));
        time.run();

        assertThat(api.eligible().ejected()).hasSize(1);
    }

    @Test
    void aConnectionMadeForgivesRefusedConnects() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 2));
        Balancer api = balancer();

        for (int i = 0; i < 4; i++) {
            refuse(api, "pod-0");
            time.advance(NOT_SUSPECT_ANY_MORE);
            backend(api, "pod-0").connected(); // what Attempt.connected() does
        }
        time.run();

        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void anEjectionOutlivesAFlapOfReadiness() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        Balancer api = balancer();
        Callers.refusedTwice(api, "pod-0", time);

        discovery.set(SampleService.service(), SampleService.slice("api-1", 1, 3));
        time.run();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        time.run();

        assertThat(api.eligible().ejected()).hasSize(1);
    }

    @Test
    void aBareNameFallsBackToTheServiceOfTheNamespaceItMeant() {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("no answer"));
        Balancer api = onehop.balancer("api:80");
        time.advance(Duration.ofSeconds(2));

        assertThat(api.attemptAsync().toCompletableFuture().join().address())
                .isEqualTo(InetSocketAddress.createUnresolved("api.shop.svc", 80));
    }

    private Balancer balancer() {
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        return api;
    }

    private static Set<String> picked(Balancer balancer, int times) throws NoBackendException {
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < times; i++) {
            try (Attempt attempt = balancer.attempt()) {
                addresses.add(attempt.address().getAddress().getHostAddress());
            }
        }
        return addresses;
    }

    private static Backend backend(Balancer balancer, String pod) {
        Eligible eligible = balancer.eligible();
        List<Backend> all = new ArrayList<>(eligible.backends());
        all.addAll(eligible.ejected());
        return all.stream()
                .filter(backend -> backend.podName().filter(pod::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    /** Attempts until one is on {@code pod}, and lets that one be refused. */
    private static void refuse(Balancer balancer, String pod) throws NoBackendException {
        for (int i = 0; i < 10_000; i++) {
            Attempt attempt = balancer.attempt();
            if (attempt.backend().flatMap(Backend::podName).filter(pod::equals).isPresent()) {
                attempt.failed(new ConnectException("Connection refused"));
                return;
            }
            attempt.close();
        }
        throw new AssertionError(pod + " was not picked in 10,000 attempts");
    }

    /** Fails where the pipeline asks for the location. */
    private static class FailingLocation extends Noting {
        private boolean failing = true;

        FailingLocation(Discovery source) {
            super(source, new ArrayList<>());
        }

        @Override
        public ClientLocation location() {
            if (failing) {
                throw new IllegalStateException("a discovery of a test");
            }
            return super.location();
        }
    }

    /** Notes which Services are asked for. */
    private static class Noting implements Discovery {
        private final Discovery source;
        private final List<ServiceKey> asked;

        Noting(Discovery source, List<ServiceKey> asked) {
            this.source = source;
            this.asked = asked;
        }

        @Override
        public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
            asked.add(service);
            return source.subscribe(service, subscriber);
        }

        @Override
        public ClientLocation location() {
            return source.location();
        }

        @Override
        public Optional<String> namespace() {
            return source.namespace();
        }

        @Override
        public void close() {}
    }
}
