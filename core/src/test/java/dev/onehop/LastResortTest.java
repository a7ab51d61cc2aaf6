package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.explain.IptablesRules;
import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.Route;
import dev.onehop.route.Scope;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointBuilder;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.service.TrafficPolicy;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom connections go to when nobody is ready, for those who asked for it (reliability 2.8, tier 3). */
class LastResortTest {

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", new ClientLocation("node-a", "zone-a"));
    private final List<OnehopEvent> told = new ArrayList<>();
    private final List<Endpoint> pods = new ArrayList<>();
    private Service service = SampleService.service();
    private OnehopBuilder builder = PushedOnehop.builder(discovery, time, new SplittableRandom(11))
            .lastResort(LastResort.NOT_READY)
            .listener(told::add);
    private Onehop onehop;

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void c11_aFleetThatBecomesUnreadyWithinASecondIsStillCalled() throws Exception {
        Balancer api = fleet(20);

        for (int i = 0; i < 20; i++) {
            unready(i);
            publish();
            time.advance(Duration.ofMillis(50));
            assertThat(picked(api, 1)).hasSize(1);
        }

        assertThat(picked(api, 1_000)).isEqualTo(addresses(0, 20));
        assertThat(api.eligible().isLastResort()).isTrue();
        time.advance(Duration.ofHours(1));
        publish();
        assertThat(picked(api, 1_000)).as("as long as it lasts").isEqualTo(addresses(0, 20));
    }

    @Test
    void c11_byDefaultItIsRefusedAsKubeProxyWould() {
        builder = PushedOnehop.builder(discovery, time, new SplittableRandom(11));
        Balancer api = fleet(20);

        unready(0, 20);
        publish();

        refuses(api);
        assertThat(api.eligible().isLastResort()).isFalse();
        assertThat(api.tally().lastResorts()).isZero();
    }

    @Test
    void c11_theFirstReadyPodEndsItAndAllAreWhoTheyWere() throws Exception {
        Balancer api = fleet(5);
        List<Backend> before = List.copyOf(api.eligible().backends());
        picked(api, 100);
        long started = api.tally().started();
        unready(0, 5);
        publish();
        assertThat(api.eligible().backends()).as("the same records").containsExactlyElementsOf(before);

        pods.set(3, SampleService.pod(3));
        publish();

        assertThat(api.eligible().isLastResort()).isFalse();
        assertThat(picked(api, 100)).containsExactly(SampleService.address(3));
        IntStream.range(0, 5).forEach(i -> pods.set(i, SampleService.pod(i)));
        publish();
        assertThat(picked(api, 1_000)).isEqualTo(addresses(0, 5));
        assertThat(api.tally().started()).isEqualTo(started + 1_100);
        assertThat(api.eligible().backends()).contains(before.get(3));
    }

    @Test
    void c11_itIsToldCountedAndExplained() {
        Balancer api = fleet(4);
        told.clear();

        unready(0, 4);
        pods.add(state(9, false, false, false).build()); // never seen ready
        publish();

        assertThat(told).extracting(Object::getClass).hasSize(2).contains(OnehopEvent.LastResortBegan.class);
        assertThat(((OnehopEvent.LastResortBegan) told.get(0)).why())
                .contains("4 of 4 that were ready together became unready within a minute", "kube-proxy would refuse");
        assertThat(api.tally().lastResorts()).isEqualTo(1);
        var explained = api.explain();
        assertThat(explained.verdict()).isEqualTo(Verdict.BACKENDS);
        assertThat(explained.rule()).isEqualTo("reliability 2.8");
        assertThat(explained.backends()).hasSize(4);
        assertThat(explained.excluded())
                .singleElement()
                .satisfies(each -> assertThat(each.rule()).isEqualTo("R20"));
        assertThat(explained.text())
                .contains("BACKENDS (reliability 2.8)", "the last resort", "0 ready, 5 not ready", "4 of 4");
        time.advance(Duration.ofMinutes(5));
        publish();
        assertThat(api.tally().lastResorts()).as("entered once").isEqualTo(1);

        pods.clear();
        publish();

        refuses(api);
        assertThat(told)
                .filteredOn(OnehopEvent.LastResortEnded.class::isInstance)
                .hasSize(1);
    }

    @Test
    void aLeaderThatIsReadyAloneHasNoLastResort() {
        Balancer api = fleet(1);
        pods.add(state(1, false, false, false).build());
        pods.add(state(2, false, false, false).build());
        publish();

        unready(0);
        publish();

        refuses(api);
    }

    @Test
    void twoThatWereReadyTogetherAreTooFew() {
        Balancer api = fleet(2);

        unready(0, 2);
        publish();

        refuses(api);
    }

    @Test
    void whereThreeInTenAreShutDownTheOthersAreNoPartition() {
        Balancer api = fleet(10);

        unready(0, 7);
        pods.subList(7, 10).clear();
        publish();

        refuses(api);
    }

    @Test
    void whereTwoInTenAreShutDownTheOthersAreCalled() throws Exception {
        Balancer api = fleet(10);

        unready(0, 8);
        pods.subList(8, 10).clear();
        publish();

        assertThat(picked(api, 500)).isEqualTo(addresses(0, 8));
    }

    @Test
    void podsThatBecomeUnreadyHalfAMinuteApartAreNoPartition() {
        Balancer api = fleet(4);

        for (int i = 0; i < 4; i++) {
            unready(i);
            publish();
            time.advance(Duration.ofSeconds(31));
        }

        refuses(api);
    }

    @Test
    void podsThatWereReplacedWithinTheMinuteDoNotHideAPartition() throws Exception {
        Balancer api = fleet(6);
        for (int i = 0; i < 3; i++) {
            pods.set(i, ready(10 + i, "uid-new-" + i));
            publish();
            time.advance(Duration.ofSeconds(10));
        }

        for (int i = 0; i < 6; i++) {
            Endpoint pod = pods.get(i);
            pods.set(
                    i,
                    Endpoint.builder(pod.address())
                            .conditions(false, false, false)
                            .pod(pod.podName(), pod.podUid())
                            .build());
        }
        publish();

        assertThat(picked(api, 500)).hasSize(6);
    }

    @Test
    void terminatingOnesComeBeforeItAndTheFlipIsNotForgottenMeanwhile() throws Exception {
        Balancer api = fleet(5);
        unready(0, 4);
        pods.set(4, state(4, false, true, true).build());
        publish();
        assertThat(picked(api, 50)).as("R22").containsExactly(SampleService.address(4));
        assertThat(api.eligible().isLastResort()).isFalse();

        time.advance(Duration.ofMinutes(3));
        pods.remove(4);
        publish();

        assertThat(picked(api, 500)).isEqualTo(addresses(0, 4));
        pods.set(0, state(0, false, true, true).build());
        publish();
        assertThat(picked(api, 500)).as("R22 again").isEqualTo(addresses(0, 1));
    }

    @Test
    void whileTheViewIsStaleOneThatWasReadyIsEnough() throws Exception {
        Balancer api = fleet(2);
        unready(0, 2);
        publish();
        refuses(api);

        publishStale();

        assertThat(picked(api, 50)).isEqualTo(addresses(0, 2));
        assertThat(api.explain().text()).contains("contact with the source is lost");
        publish();
        refuses(api);
    }

    @Test
    void s13_anotherPodOnTheSameAddressIsNotCalled() {
        Balancer api = fleet(3);
        unready(0, 3);
        publish();

        for (int i = 0; i < 3; i++) {
            pods.set(
                    i,
                    state(i, false, false, false).pod("next", "uid-next-" + i).build());
        }
        publish();

        refuses(api);
    }

    @Test
    void s13_anAddressThatIsListedForTwoPodsIsNotCalled() throws Exception {
        Balancer api = fleet(8);

        unready(0, 8);
        pods.add(0, state(1, false, false, false).pod("next", "uid-next").build());
        pods.add(state(0, false, false, true).pod("last", "uid-last").build());
        publish();

        assertThat(picked(api, 500)).isEqualTo(addresses(2, 8));
        publishStale();
        assertThat(picked(api, 500)).isEqualTo(addresses(2, 8));
    }

    @Test
    void whoeverWasNeverSeenReadyIsNotCalled() {
        unready(0, 5);
        Balancer api = open();
        publishStale();

        refuses(api);
    }

    @Test
    void whoeverRefusedJustBeforeIsNotCalled() throws Exception {
        Balancer api = fleet(5);
        fail(api, 0, 2);
        fail(api, 1, 1);
        assertThat(api.eligible().ejected()).hasSize(1);

        unready(0, 5);
        publish();

        assertThat(api.eligible().backends()).hasSize(3);
        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(picked(api, 500)).isEqualTo(addresses(2, 5));
    }

    @Test
    void whoeverRefusesMeanwhileIsEjectedAsAlways() throws Exception {
        Balancer api = fleet(4);
        unready(0, 4);
        publish();

        fail(api, 0, 2);

        assertThat(api.eligible().isLastResort()).isTrue();
        assertThat(api.eligible().ejected()).hasSize(1);
        assertThat(picked(api, 500)).isEqualTo(addresses(1, 4));
        publish();
        assertThat(picked(api, 500)).isEqualTo(addresses(1, 4));
    }

    @Test
    void whereOthersAreReadyThatWeMayNotDialItIsLeftToTheClusterIp() throws Exception {
        builder.addressPolicy(AddressPolicy.strict().withAllowedCidrs("10.244.0.0/24"));
        pods.add(Endpoint.builder("10.9.9.9")
                .conditions(true, true, false)
                .pod("on-its-node", "uid-on-its-node")
                .build());
        Balancer api = fleet(5);

        for (int i = 1; i <= 5; i++) {
            pods.set(i, state(i - 1, false, false, false).build());
        }
        publish();

        assertThat(api.attempt().fallback().orElseThrow().reason()).isEqualTo(FallbackReason.ADDRESS_REFUSED);
        assertThat(api.eligible().isLastResort()).isFalse();
    }

    @Test
    void theTrafficPolicyHoldsForItToo() throws Exception {
        service = SampleService.builder()
                .internalTrafficPolicy(TrafficPolicy.LOCAL)
                .build();
        for (int i = 0; i < 6; i++) {
            pods.add(ready(i).node(i < 2 ? "node-a" : "node-b").build());
        }
        Balancer api = open();

        for (int i = 0; i < 6; i++) {
            pods.set(
                    i,
                    state(i, false, false, false)
                            .node(i < 2 ? "node-a" : "node-b")
                            .build());
        }
        publish();

        assertThat(picked(api, 200)).isEqualTo(addresses(0, 2));
        assertThat(api.eligible().route().orElseThrow().excluded())
                .extracting(each -> each.reason())
                .containsOnly(ExclusionReason.NOT_LOCAL);
        pods.set(5, ready(5).node("node-b").build());
        publish();
        assertThatThrownBy(api::attempt)
                .isInstanceOfSatisfying(
                        NoBackendException.class, e -> assertThat(e.verdict()).isEqualTo(Verdict.DROP));
    }

    @Test
    void sessionAffinityStaysWhereItWas() throws Exception {
        service = SampleService.builder().affinity(Duration.ofHours(3)).build();
        Balancer api = fleet(10);
        TreeSet<String> chosen = picked(api, 1);

        unready(0, 10);
        publish();

        assertThat(api.eligible().isLastResort()).isTrue();
        assertThat(picked(api, 50)).isEqualTo(chosen);
        publish();
        assertThat(picked(api, 50)).isEqualTo(chosen);
    }

    @Test
    void theRouteSaysWhatIsListed() {
        Balancer api = fleet(3);
        unready(0, 3);
        publish();

        var route = (Route.Backends) api.eligible().route().orElseThrow();
        assertThat(route.scope()).isEqualTo(Scope.LAST_RESORT);
        assertThat(route.counts().ready()).isZero();
        assertThat(route.counts().notReady()).isEqualTo(3);
        assertThat(route.endpoints()).allMatch(each -> !each.endpoint().isReady());
        assertThat(IptablesRules.of(route)).anyMatch(line -> line.endsWith("-j REJECT"));
    }

    /** That many ready pods, and a balancer which has seen them for a while. */
    private Balancer fleet(int count) {
        IntStream.range(0, count).forEach(i -> pods.add(SampleService.pod(i)));
        return open();
    }

    private Balancer open() {
        publish();
        onehop = builder.build();
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        time.advance(Duration.ofSeconds(5));
        return api;
    }

    private void unready(int i) {
        pods.set(i, state(i, false, false, false).build());
    }

    private void unready(int from, int until) {
        for (int i = from; i < until; i++) {
            if (i < pods.size()) {
                unready(i);
            } else {
                pods.add(state(i, false, false, false).build());
            }
        }
    }

    private void publish() {
        discovery.set(service, slice());
        time.run();
    }

    private void publishStale() {
        discovery.set(
                SampleService.KEY,
                new ServiceView.Stale(new Present(service), List.of(slice()), time.nanoTime(), "no answer"));
        time.run();
    }

    private EndpointSlice slice() {
        return SampleService.slice("api-1", List.copyOf(pods));
    }

    private static EndpointBuilder ready(int i) {
        return state(i, true, true, false);
    }

    private static Endpoint ready(int i, String uid) {
        return ready(i).pod("pod-" + i, uid).build();
    }

    private static EndpointBuilder state(int i, boolean ready, boolean serving, boolean terminating) {
        return Endpoint.builder(SampleService.address(i))
                .conditions(ready, serving, terminating)
                .pod("pod-" + i, "uid-" + i);
    }

    /** As many callers find out at once, none of whom could know of the others. */
    private void fail(Balancer api, int pod, int times) throws NoBackendException {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < 10_000 && attempts.size() < times; i++) {
            Attempt attempt = api.attempt();
            if (attempt.address().getAddress().getHostAddress().equals(SampleService.address(pod))) {
                attempts.add(attempt);
                time.advance(Duration.ofMillis(2));
            } else {
                attempt.close();
            }
        }
        assertThat(attempts).hasSize(times);
        attempts.forEach(attempt -> attempt.failed(Signal.CONNECT_REFUSED));
        time.run();
    }

    private static void refuses(Balancer api) {
        assertThatThrownBy(api::attempt)
                .isInstanceOfSatisfying(
                        NoBackendException.class, e -> assertThat(e.verdict()).isEqualTo(Verdict.REJECT));
    }

    private static TreeSet<String> addresses(int from, int until) {
        var addresses = new TreeSet<String>();
        IntStream.range(from, until).mapToObj(SampleService::address).forEach(addresses::add);
        return addresses;
    }

    private TreeSet<String> picked(Balancer api, int times) throws NoBackendException {
        var picked = new TreeSet<String>();
        for (int i = 0; i < times; i++) {
            try (Attempt attempt = api.attempt()) {
                picked.add(attempt.address().getAddress().getHostAddress());
            }
        }
        time.run();
        return picked;
    }
}
