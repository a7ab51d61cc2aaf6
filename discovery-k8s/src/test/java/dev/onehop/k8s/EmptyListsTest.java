package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.k8s.fake.Ending;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A whole list says that nobody is left, and the pods are there: real HTTP, real sockets, pushed time (C-12, tier 4). */
class EmptyListsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final LoopbackPods pods = LoopbackPods.start(3);
    private Rig rig;
    private Onehop onehop;
    private Balancer api;
    private long emptiedNanos;
    private int connects;

    @AfterEach
    void stop() {
        onehop.close();
        rig.close();
        pods.close();
    }

    @Test
    void s13_byDefaultNobodyIsCalledFiveSecondsLaterAndOpenConnectionsStay() throws Exception {
        live(KubernetesDiscovery.builder());
        try (Socket open = connect()) {
            loseTheSlice();
            rig.time.advance(Duration.ofMillis(4_900));
            assertThat(called(20)).containsExactly("pod-1", "pod-2", "pod-3");
            assertThat(rig.last()).isInstanceOf(Live.class);

            rig.time.advance(SECOND);

            assertThatThrownBy(() -> called(1)).isInstanceOf(NoBackendException.class);
            assertThat(answer(open)).contains("200");
        }
    }

    @Test
    void c12_keptForTlsTheyAreCalledForTenMinutesAndPeopleAreTold() throws Exception {
        try (Logged logged = Logged.by(KubernetesDiscovery.class, Level.WARN)) {
            live(KubernetesDiscovery.builder().emptyListProtection(EmptyLists.keepForTls()));
            try (Socket open = connect()) {
                loseTheSlice();
                rig.untilInThisMoment(() -> rig.last() instanceof Stale);

                rig.time.run();
                assertThat(api.explain().text()).contains("stale", "a list says that there are no endpoints any more");
                assertThat(status().keptEndpoints()).isEqualTo(3);
                assertThat(status().emptyLists()).isEqualTo(1);
                assertThat(status().view()).isEqualTo("Stale");
                assertThat(logged.lines("WARN"))
                        .filteredOn(line -> line.contains("no endpoints any more"))
                        .singleElement()
                        .asString()
                        .contains("the 3 there were stay for 600 s");
                assertThat(logged.lines("WARN").stream().filter(line -> line.contains("the last view stays")))
                        .as("one for the watch that we ended, none for the list")
                        .hasSizeLessThanOrEqualTo(1);
                untilSinceEmptied(Duration.ofSeconds(590));
                assertThat(called(50)).containsExactly("pod-1", "pod-2", "pod-3");

                untilSinceEmptied(Duration.ofSeconds(601));

                assertThat(rig.addresses()).isEmpty();
                assertThat(called(1, true)).containsExactly("nobody");
                assertThat(answer(open)).contains("200");
            }
        }
    }

    @Test
    void c12_onlyTheServicesThatWereNamedAreKept() throws Exception {
        live(KubernetesDiscovery.builder()
                .emptyListProtection(EmptyLists.keepForTls(Set.of(new ServiceKey("shop", "another")))));
        loseTheSlice();

        rig.time.advance(Duration.ofSeconds(6));

        assertThat(called(1, true)).containsExactly("nobody");
    }

    @Test
    void c12_theNextEndpointThatIsListedEndsItFiveSecondsLater() throws Exception {
        live(KubernetesDiscovery.builder().emptyListProtection(EmptyLists.keepForTls(Set.of(LoopbackPods.API))));
        loseTheSlice();
        rig.time.advance(Duration.ofMinutes(2));
        assertThat(called(20)).hasSize(3);

        create(List.of(endpoint(1, "uid-pod-2", true)));
        rig.untilInThisMoment(() -> status().keptEndpoints() == 2);
        assertThat(rig.last()).isInstanceOf(Live.class);
        assertThat(called(50)).containsExactly("pod-1", "pod-2", "pod-3");
        rig.time.advance(Duration.ofSeconds(5));

        rig.untilInThisMoment(() -> rig.addresses().size() == 1);
        assertThat(called(20)).containsExactly("pod-2");
    }

    @Test
    void s13_anAddressThatIsAnotherPodsNowIsNotCalledForTheOldOne() throws Exception {
        live(KubernetesDiscovery.builder().emptyListProtection(EmptyLists.keepForTls()));
        loseTheSlice();
        rig.time.advance(Duration.ofMinutes(2));
        assertThat(called(50)).hasSize(3);
        rig.untilInThisMoment(() -> pods.accepts() == connects);
        int before = pods.get(0).accepts();

        create(List.of(endpoint(0, "uid-stranger", false)));
        rig.untilInThisMoment(() -> status().keptEndpoints() == 2);

        assertThat(called(50)).containsExactly("pod-2", "pod-3");
        rig.untilInThisMoment(() -> pods.accepts() == connects);
        assertThat(pods.get(0).accepts()).as("connects to the stranger").isEqualTo(before);
    }

    @Test
    void c12_theBalancerSaysSoWhileAnEmptyListIsNotBelieved() throws Exception {
        live(KubernetesDiscovery.builder().emptyListProtection(EmptyLists.keepForTls()));
        assertThat(api.keepsEmptied()).isFalse();
        loseTheSlice();
        assertThat(api.keepsEmptied()).isTrue();
        untilSinceEmptied(Duration.ofSeconds(590));
        assertThat(api.keepsEmptied()).isTrue();

        create(List.of(endpoint(1, "uid-pod-2", true)));
        rig.untilInThisMoment(() -> status().keptEndpoints() == 2);

        assertThat(api.keepsEmptied())
                .as("somebody is listed, so no list is doubted")
                .isFalse();
    }

    @Test
    void c12_byDefaultTheBalancerSaysSoForFiveSeconds() throws Exception {
        live(KubernetesDiscovery.builder());
        loseTheSlice();
        assertThat(api.keepsEmptied()).isTrue();

        rig.time.advance(Duration.ofSeconds(6));

        assertThat(api.keepsEmptied()).isFalse();
    }

    @Test
    void whatTheWatchSaysIsGoneIsNeverKept() throws Exception {
        live(KubernetesDiscovery.builder().emptyListProtection(EmptyLists.keepForTls()));

        rig.server.delete("endpointslices", "shop", "s1");
        rig.until(() -> rig.addresses().isEmpty());

        assertThat(called(1, true)).containsExactly("nobody");
        assertThat(status().emptyLists()).isZero();
        assertThat(api.keepsEmptied()).isFalse();
    }

    @Test
    void aShorterPatienceOfTheBalancerEndsInTheClusterIp() throws Exception {
        live(KubernetesDiscovery.builder().emptyListProtection(EmptyLists.keepForTls()));
        try (Onehop hasty = PushedOnehop.builder(rig.discovery, rig.time, new Random(1))
                .maxStaleness(Duration.ofMinutes(1))
                .build()) {
            Balancer balancer = hasty.balancer("api-service.shop:80");
            loseTheSlice();

            rig.time.advance(Duration.ofMinutes(2));

            assertThat(balancer.eligible().decision())
                    .isInstanceOfSatisfying(
                            Decision.ClusterIp.class,
                            each -> assertThat(each.reason()).isEqualTo(FallbackReason.VIEW_TOO_OLD));
        }
    }

    private void live(KubernetesDiscoveryBuilder builder) {
        FakeApiServer server = FakeApiServer.start();
        server.create("services", "shop", ApiObjects.apiService());
        rig = Rig.start(server, builder.config(Rig.config(server)));
        onehop = PushedOnehop.builder(rig.discovery, rig.time, new Random(1))
                .addressPolicy(AddressPolicy.allowingLoopback())
                .build();
        api = onehop.balancer("api-service.shop:80");
        create(List.of(endpoint(0, "uid-pod-1", true), endpoint(1, "uid-pod-2", true), endpoint(2, "uid-pod-3", true)));
        rig.live();
        rig.until(() -> api.eligible().size() == 3);
    }

    private void create(List<Endpoint> endpoints) {
        rig.server.create(
                "endpointslices",
                "shop",
                ApiObjects.slice(EndpointSlice.of(
                        LoopbackPods.API, "s1", LoopbackPods.slices(pods.all())[0].ports(), endpoints)));
    }

    private Endpoint endpoint(int pod, String uid, boolean ready) {
        return Endpoint.builder(pods.get(pod).ip())
                .conditions(ready, ready, false)
                .pod(pods.get(pod).name(), uid)
                .build();
    }

    /** Loses it while the watch is down and its history is gone, so that only a list tells of it. */
    private void loseTheSlice() {
        rig.server.faults().endWatches("endpointslices", Ending.CLOSE);
        rig.untilStale();
        rig.server.delete("endpointslices", "shop", "s1");
        rig.server.faults().expireHistory();
        rig.push(
                Duration.ofMillis(100),
                Duration.ofSeconds(31),
                () -> rig.status("endpointslices").relists() == 1);
        rig.untilInThisMoment(() -> status().keptEndpoints() == 3);
        emptiedNanos = rig.time.nanoTime();
    }

    /** Lets time pass in steps, in which the API server is heard. */
    private void untilSinceEmptied(Duration since) {
        rig.push(
                Duration.ofSeconds(10),
                Duration.ofMinutes(11),
                () -> rig.time.nanoTime() - emptiedNanos >= since.toNanos());
    }

    private FeedStatus status() {
        return rig.discovery.status().get(0);
    }

    private Set<String> called(int times) throws IOException {
        return called(times, false);
    }

    /** The names of the pods that connections came to. */
    private Set<String> called(int times, boolean mayFail) throws IOException {
        rig.time.run();
        var names = new TreeSet<String>();
        for (int i = 0; i < times; i++) {
            try (Attempt attempt = api.attempt();
                    Socket socket = new Socket()) {
                socket.connect(attempt.address(), 5_000);
                connects++;
                attempt.succeeded();
                names.add(attempt.backend().flatMap(Backend::podName).orElse("the ClusterIP"));
            } catch (NoBackendException e) {
                if (!mayFail) {
                    throw e;
                }
                names.add("nobody");
            }
        }
        return names;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        try (Attempt attempt = api.attempt()) {
            socket.connect(attempt.address(), 5_000);
            attempt.connected();
        }
        return socket;
    }

    private static String answer(Socket open) throws IOException {
        open.setSoTimeout(5_000);
        open.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        return new String(open.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
    }
}
