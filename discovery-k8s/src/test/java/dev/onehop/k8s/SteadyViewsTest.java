package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.Decision;
import dev.onehop.k8s.fake.Ending;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What subscribers are spared: moments between two states, floods, and lists too long. */
class SteadyViewsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration QUARTER = Duration.ofMillis(250);

    private final Rig rig = Rig.start();

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void c09_aPodThatIsDeletedFromOneSliceBeforeItIsInAnotherIsInEveryView() {
        rig.slice("s1", "10.0.0.1", "10.0.0.2").slice("s2", "10.0.0.3").live();

        rig.change("s1", "10.0.0.1");
        rig.untilInThisMoment(() -> kept() == 1);
        rig.time.advance(Duration.ofMillis(200));
        rig.change("s2", "10.0.0.3", "10.0.0.2");
        rig.untilInThisMoment(() -> kept() == 0);
        rig.time.advance(SECOND);

        assertThat(rig.fewest()).isEqualTo(3);
        assertThat(rig.addresses()).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
    }

    @Test
    void c09_aRemovalIsToldAfterAQuarterOfASecondAndAnAdditionAtOnce() {
        rig.slice("s1", "10.0.0.1", "10.0.0.2").live();

        rig.change("s1", "10.0.0.1", "10.0.0.3");

        rig.untilInThisMoment(() -> rig.addresses().contains("10.0.0.3"));
        assertThat(rig.addresses()).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
        rig.time.advance(QUARTER);
        assertThat(rig.addresses()).containsExactly("10.0.0.1", "10.0.0.3");
    }

    @Test
    void c12_aListThatSaysNobodyIsLeftIsHonouredAfterFiveSecondsAndToldToPeople() {
        try (Logged logged = Logged.by(KubernetesDiscovery.class, Level.WARN)) {
            rig.slice("s1", "10.0.0.1", "10.0.0.2").live();
            relistWithout("s1");

            rig.untilInThisMoment(() -> kept() == 2);
            rig.time.advance(Duration.ofMillis(4_900));
            assertThat(rig.addresses()).containsExactly("10.0.0.1", "10.0.0.2");
            assertThat(rig.discovery.status().get(0).emptyLists()).isEqualTo(1);
            assertThat(logged.lines("WARN"))
                    .filteredOn(line -> line.contains("no endpoints any more"))
                    .singleElement()
                    .asString()
                    .contains("shop/api-service", "the 2 there were stay for 5 s");
            rig.time.advance(Duration.ofMillis(100));

            assertThat(rig.addresses()).isEmpty();
        }
    }

    @Test
    void c12_whoComesBackWithinFiveSecondsWasNeverAway() {
        rig.slice("s1", "10.0.0.1", "10.0.0.2").live();
        relistWithout("s1");
        rig.untilInThisMoment(() -> kept() == 2);
        rig.time.advance(Duration.ofSeconds(3));

        rig.slice("s1", "10.0.0.1", "10.0.0.2");
        rig.untilInThisMoment(() -> kept() == 0);
        rig.time.advance(Duration.ofSeconds(10));

        assertThat(rig.fewest()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void c22_aRenamedPortIsNeverWithoutPods(boolean serviceFirst) {
        rig.slice("s1", "10.0.0.1").live();

        rename(serviceFirst);
        rig.untilInThisMoment(rig.discovery::isWaiting);
        rig.time.advance(Duration.ofMillis(900));
        rename(!serviceFirst);
        rig.untilInThisMoment(() -> portName(rig.last()).equals("web web"));

        assertThat(rig.heard)
                .filteredOn(Known.class::isInstance)
                .extracting(SteadyViewsTest::portName)
                .containsOnly("http http", "web web");
    }

    @Test
    void c22_aPortThatIsRenamedOnOneSideOnlyIsToldAfterASecond() {
        rig.slice("s1", "10.0.0.1").live();

        rename(true);
        rig.untilInThisMoment(rig.discovery::isWaiting);
        rig.time.advance(SECOND.minusMillis(1));
        assertThat(portName(rig.last())).isEqualTo("http http");
        rig.time.advance(Duration.ofMillis(1));

        assertThat(portName(rig.last())).isEqualTo("web http");
    }

    @Test
    void c29_aFloodOfChangesIsAsManyViewsAsThePaceAllowsAndTheLastIsWhole() {
        rig.slice("s1", "10.0.0.1").slice("s2", "10.0.1.1").live();
        int before = rig.heard.size();

        for (int i = 0; i < 5_000; i++) {
            rig.change("s1", "10.0.0.1", "10.1." + i / 250 + "." + (i % 250 + 1));
        }
        rig.server.create("endpointslices", "shop", ApiObjects.slice("s3", "10.0.2.1"));
        rig.untilInThisMoment(rig.discovery::isWaiting);
        rig.push(
                Duration.ofMillis(25),
                Duration.ofSeconds(60),
                () -> rig.addresses()
                        .equals(new TreeSet<>(List.of("10.0.0.1", "10.1.19.250", "10.0.1.1", "10.0.2.1"))));

        double seconds = (rig.time.nanoTime() - 1_000_000_000L) / 1e9;
        assertThat(rig.heard.size() - before).isLessThanOrEqualTo(11 + (int) (40 * seconds));
        assertThat(rig.status("endpointslices").relists()).isZero();
    }

    @Test
    void s19_ofTooManyEndpointsTheFirstTenThousandAreUsedAndPeopleAreTold() {
        try (Logged logged = Logged.by(KubernetesDiscovery.class, Level.WARN)) {
            for (int slice = 0; slice < 11; slice++) {
                rig.slice("s%02d".formatted(slice), thousand(slice));
            }
            rig.live();

            assertThat(rig.addresses()).hasSize(10_000).doesNotContain(thousand(10));
            rig.change("s10", "10.10.0.1");
            assertThat(logged.lines("WARN"))
                    .singleElement()
                    .asString()
                    .contains("shop/api-service", "11 slices with 11000 endpoints", "first 10000 endpoints");
        }
    }

    @Test
    void c10_underChurnAPickSeesAChangeWithinMilliseconds() {
        Map<String, Long> seenNanos = new ConcurrentHashMap<>();
        List<Long> views = new CopyOnWriteArrayList<>();
        try (FakeApiServer server = FakeApiServer.start()) {
            server.create("services", "shop", ApiObjects.apiService());
            for (int slice = 0; slice < 5; slice++) {
                server.create("endpointslices", "shop", ApiObjects.slice("s" + slice, "10.0." + slice + ".1"));
            }
            var discovery =
                    KubernetesDiscovery.builder().config(Rig.config(server)).build();
            discovery.subscribe(ApiObjects.API, view -> views.add(System.nanoTime()));
            try (Onehop onehop =
                    Onehop.builder().discovery(discovery).meshDetection(false).build()) {
                Balancer api = onehop.balancer("api-service.shop:80");
                api.onChange(eligible -> {
                    long now = System.nanoTime();
                    eligible.backends()
                            .forEach(backend ->
                                    seenNanos.putIfAbsent(backend.key().ip().toString(), now));
                });
                api.ready().toCompletableFuture().join();
                Awaitility.await().until(() -> server.openWatches("endpointslices") == 1);
                Map<String, Long> changed = new TreeMap<>();
                // Every slice only grows: where changes are told together, none of them is missed for that.
                List<List<String>> slices = IntStream.range(0, 5)
                        .<List<String>>mapToObj(slice -> new ArrayList<>(List.of("10.0." + slice + ".1")))
                        .toList();
                for (int i = 0; i < 300; i++) {
                    String address = "10.1." + i / 250 + "." + (i % 250 + 1);
                    changed.put(address, System.nanoTime());
                    slices.get(i % 5).add(address);
                    server.replace(
                            "endpointslices",
                            "shop",
                            "s" + i % 5,
                            ApiObjects.slice("s" + i % 5, slices.get(i % 5).toArray(String[]::new)));
                    sleep(Duration.ofMillis(10));
                }
                Awaitility.await().until(() -> seenNanos.keySet().containsAll(changed.keySet()));

                List<Long> micros = changed.entrySet().stream()
                        .map(each -> (seenNanos.get(each.getKey()) - each.getValue()) / 1_000)
                        .sorted()
                        .toList();
                System.out.printf(
                        "C-10: 300 changes, 100 a second: event to pick p50 %d us, p99 %d us; %d views%n",
                        micros.get(150), micros.get(297), views.size());
                assertThat(micros.get(297)).isLessThan(1_000_000);
                assertThat(api.eligible().decision()).isInstanceOf(Decision.Pick.class);
                for (int i = 50; i < views.size(); i++) {
                    assertThat(views.get(i) - views.get(i - 50)).isGreaterThanOrEqualTo(950_000_000L);
                }
            }
        }
    }

    private int kept() {
        return rig.discovery.status().get(0).keptEndpoints();
    }

    /** Loses the slice while the watch is down and its history is gone, so that only a list tells of it. */
    private void relistWithout(String slice) {
        rig.server.faults().endWatches("endpointslices", Ending.CLOSE);
        rig.untilStale();
        rig.server.delete("endpointslices", "shop", slice);
        rig.server.faults().expireHistory();
        rig.push(
                Duration.ofMillis(100),
                Duration.ofSeconds(31),
                () -> rig.status("endpointslices").relists() == 1);
    }

    private void rename(boolean service) {
        if (service) {
            rig.server.replace(
                    "services",
                    "shop",
                    "api-service",
                    ApiObjects.service(Service.builder("shop", "api-service")
                            .clusterIp("10.96.123.45")
                            .port("web", 80)
                            .build()));
        } else {
            rig.server.update(
                    "endpointslices", "shop", "s1", slice -> ((ObjectNode) slice.at("/ports/0")).put("name", "web"));
        }
    }

    private static String portName(ServiceView view) {
        Live live = (Live) view;
        return ((Present) live.declaration()).service().ports().get(0).name() + " "
                + live.slices().get(0).ports().get(0).name();
    }

    private static String[] thousand(int slice) {
        var addresses = new ArrayList<String>();
        IntStream.range(0, 1_000).forEach(i -> addresses.add("10." + slice + "." + i / 250 + "." + (i % 250 + 1)));
        return addresses.toArray(String[]::new);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
