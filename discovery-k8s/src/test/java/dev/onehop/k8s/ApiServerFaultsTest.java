package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.k8s.fake.Ending;
import dev.onehop.k8s.fake.SeenRequest;
import dev.onehop.k8s.fake.Verb;
import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceDeclaration.Unreadable;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.service.ServiceView.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What subscribers see while the API server misbehaves, over real HTTP, with the clock in the test's hands. */
class ApiServerFaultsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private Rig rig = Rig.start();

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void c01_aServerThatIsDownAtStartIsFoundWithinAStepOfBackoff() {
        rig.slice("s1", "10.0.0.1");
        rig.server.down();
        rig.follow();
        rig.until(() -> rig.last() instanceof Unknown unknown && unknown.why().contains("cannot connect"));
        rig.push(Duration.ofSeconds(5), Duration.ofSeconds(90), () -> rig.time.nanoTime() > 60_000_000_000L);

        rig.server.up();

        Duration took = rig.push(SECOND, Duration.ofSeconds(31), () -> rig.last() instanceof Live);
        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(31));
        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @Test
    void c02_nothingIsKnownBeforeTheLastPageOfTheFirstList() {
        IntStream.range(0, 501)
                .forEach(i -> rig.slice("s%03d".formatted(i), "10.0.%d.%d".formatted(i / 250, i % 250 + 1)));
        rig.server.faults().on(Verb.LIST, "endpointslices").times(2).delay(Duration.ofMillis(300));

        rig.live();

        assertThat(rig.heard)
                .filteredOn(Known.class::isInstance)
                .allSatisfy(view -> assertThat(((Known) view).slices()).hasSize(501));
        assertThat(requests(Verb.LIST, "endpointslices")).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void c04_changesMadeWhileTheServerWasAwayAreSeenAfterwards(Ending ending) {
        rig.slice("s1", "10.0.0.1").slice("s2", "10.0.0.2").live();
        rig.server.sendBookmarks("endpointslices");
        rig.server.faults().endWatches("endpointslices", ending);
        if (ending != Ending.HANG) {
            rig.server.down();
            rig.untilStale();
        }
        rig.change("s1", "10.0.0.11");
        rig.server.delete("endpointslices", "shop", "s2");
        rig.slice("s3", "10.0.0.3");

        rig.server.up();
        Duration took = rig.push(
                ending == Ending.HANG ? Duration.ofSeconds(5) : SECOND,
                Duration.ofSeconds(95),
                () -> rig.last() instanceof Live
                        && rig.addresses().equals(new TreeSet<>(List.of("10.0.0.11", "10.0.0.3"))));

        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(ending == Ending.HANG ? 95 : 31));
    }

    @Test
    void c03_theLastViewStaysForAsLongAsTheServerIsAway() {
        rig.slice("s1", "10.0.0.1").live();
        long contact = rig.status("endpointslices").lastContactNanos();

        rig.server.down();
        rig.untilStale();
        rig.push(
                Duration.ofSeconds(20), Duration.ofMinutes(11), () -> rig.time.nanoTime() - contact > 600_000_000_000L);

        assertThat(rig.addresses()).containsExactly("10.0.0.1");
        assertThat(((Stale) rig.last()).sinceNanos()).isEqualTo(contact);
    }

    @Test
    void c05_aStalledWatchIsNoticedWithinNinetyFiveSecondsOnceBookmarksWereSeen() {
        rig.slice("s1", "10.0.0.1").live();
        rig.time.advance(SECOND);
        rig.server.sendBookmarks("endpointslices");
        rig.until(() -> rig.status("endpointslices").lastContactNanos() == rig.time.nanoTime());
        rig.server.faults().stallWatches();
        rig.change("s1", "10.0.0.1", "10.0.0.2");

        Duration noticed = rig.push(Duration.ofSeconds(5), Duration.ofSeconds(95), () -> rig.last() instanceof Stale);
        rig.server.faults().resumeWatches();
        rig.untilLive("10.0.0.1", "10.0.0.2");

        assertThat(noticed).isLessThanOrEqualTo(Duration.ofSeconds(95));
    }

    @Test
    void c06_aWatchThatTellsNothingIsFoundByComparison() {
        rig.slice("s1", "10.0.0.1").live();
        rig.time.advance(SECOND);
        rig.server.faults().swallowEvents("endpointslices");
        rig.change("s1", "10.0.0.2");
        rig.server.sendBookmarks("endpointslices");
        rig.until(() -> rig.status("endpointslices").lastContactNanos() == rig.time.nanoTime());
        rig.server.faults().deliverEvents("endpointslices");

        rig.push(Duration.ofSeconds(20), Duration.ofMinutes(13), () -> {
            rig.server.sendBookmarks("endpointslices");
            return rig.addresses().contains("10.0.0.2");
        });

        assertThat(rig.status("endpointslices").divergences()).isEqualTo(1);
        assertThat(rig.subscription.divergences()).isEqualTo(1);
        rig.untilLive("10.0.0.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"in the stream", "as HTTP status", "504 too large"})
    void c07_aVersionOfNoUseIsReplacedWithoutAGap(String how) {
        rig.slice("s1", "10.0.0.1", "10.0.0.2").slice("s2", "10.0.0.3").live();
        rig.server.faults().endWatches("endpointslices", Ending.CLOSE);
        rig.untilStale();
        rig.server.delete("endpointslices", "shop", "s2");
        rig.change("s1", "10.0.0.1", "10.0.0.2", "10.0.0.4");
        switch (how) {
            case "in the stream" -> rig.server.faults().expireHistory();
            case "as HTTP status" -> rig.server.faults().expireHistoryAsHttpStatus();
            default ->
                rig.server
                        .faults()
                        .on(Verb.WATCH, "endpointslices")
                        .times(1)
                        .answer(
                                504,
                                "{\"kind\":\"Status\",\"code\":504,\"message\":\"Timeout: Too large resource version: 9\"}",
                                Map.of("Content-Type", "application/json"));
        }

        Duration took = rig.push(
                SECOND,
                Duration.ofSeconds(31),
                () -> rig.addresses().contains("10.0.0.4") && rig.last() instanceof Live);
        rig.untilLive("10.0.0.1", "10.0.0.2", "10.0.0.4");

        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(10));
        assertThat(rig.fewest()).isEqualTo(3);
        assertThat(rig.status("endpointslices").relists()).isEqualTo(1);
    }

    @Test
    void c08_oneSliceOfThreeChangesAndTheOthersStay() {
        for (int s = 0; s < 3; s++) {
            rig.slice("s" + s, addresses(s, 0));
        }
        rig.live();

        rig.change("s1", addresses(1, 100));
        rig.until(
                () -> rig.addresses().contains("10.0.1.200") && rig.addresses().size() == 300);

        var others = new TreeSet<>(List.of(addresses(0, 0)));
        others.addAll(List.of(addresses(2, 0)));
        assertThat(rig.heard)
                .filteredOn(Known.class::isInstance)
                .allSatisfy(view -> assertThat(Rig.addresses(view)).containsAll(others));
    }

    @Test
    void c15_aMissingRoleIsExplainedAndItsGrantIsFoundWithinAMinute() {
        rig.slice("s1", "10.0.0.1");
        for (String resource : List.of("endpointslices", "endpoints", "services")) {
            rig.server.faults().deny(Verb.LIST, resource);
        }
        rig.follow();
        rig.until(() -> rig.last() instanceof Unknown unknown && unknown.why().contains("kind: Role"));

        assertThat(((Unknown) rig.last()).why())
                .contains("cannot list resource \"endpointslices\"")
                .contains("verbs: [\"list\", \"watch\"]")
                .contains("namespace: shop")
                .contains("kind: RoleBinding")
                .contains("name: app");
        rig.server.faults().allowAll();
        Duration took = rig.push(
                SECOND,
                Duration.ofSeconds(61),
                () -> rig.last() instanceof Live live && live.declaration() instanceof Present);
        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(61));
    }

    @Test
    void c15_aRoleTakenAwayLeavesTheEndpoints() {
        rig.slice("s1", "10.0.0.1").live();
        rig.server.faults().deny(Verb.LIST, "endpointslices");
        rig.server.faults().deny(Verb.WATCH, "endpointslices");
        rig.server.faults().endWatches("endpointslices", Ending.CLOSE);

        rig.push(
                SECOND,
                Duration.ofSeconds(5),
                () -> rig.last() instanceof Stale stale && stale.why().contains("forbidden"));
        assertThat(rig.addresses()).containsExactly("10.0.0.1");
        rig.server.faults().allowAll();

        Duration took = rig.push(SECOND, Duration.ofSeconds(61), () -> rig.last() instanceof Live);
        assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(61));
    }

    @Test
    void withoutReadingServicesTheSlicesAreStillLive() {
        rig.slice("s1", "10.0.0.1");
        rig.server.faults().deny(Verb.LIST, "services");

        rig.follow();
        rig.untilLive();

        assertThat(((Live) rig.last()).declaration().getClass().getSimpleName()).isEqualTo("Unreadable");
        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @Test
    void whereServicesAreRefusedTheEndpointsStayWhenTheServerGoesAway() {
        rig.slice("s1", "10.0.0.1");
        rig.server.faults().deny(Verb.LIST, "services");
        rig.follow();
        rig.untilLive();

        rig.server.down();
        rig.push(
                SECOND,
                Duration.ofMinutes(3),
                () -> rig.status("services").condition().equals("DISCONNECTED"));

        assertThat(rig.last()).isInstanceOf(Stale.class);
        assertThat(((Stale) rig.last()).declaration()).isInstanceOf(Unreadable.class);
        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @Test
    void whereServicesAreRefusedTheViewStaysLiveWhenARetryFailsOtherwise() {
        rig.slice("s1", "10.0.0.1");
        rig.server.faults().deny(Verb.LIST, "services");
        rig.follow();
        rig.untilLive();

        rig.server.faults().allowAll();
        rig.server.faults().on(Verb.LIST, "services").fail(500);
        rig.push(
                SECOND,
                Duration.ofMinutes(3),
                () -> rig.status("services").condition().equals("DISCONNECTED"));

        assertThat(rig.last()).isInstanceOf(Live.class);
        assertThat(((Live) rig.last()).declaration()).isInstanceOf(Unreadable.class);
        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @Test
    void whereSlicesAreRefusedEndpointsAreReadUntilSlicesAreAllowed() {
        rig.slice("s1", "10.0.0.1");
        rig.server.apply("""
                apiVersion: v1
                kind: Endpoints
                metadata: {name: api-service, namespace: shop}
                subsets:
                - addresses: [{ip: 10.0.0.7, nodeName: node-a}]
                  notReadyAddresses: [{ip: 10.0.0.8}]
                  ports: [{name: http, port: 8080}]
                """);
        rig.server.faults().deny(Verb.LIST, "endpointslices");
        rig.follow();
        rig.untilLive();
        assertThat(rig.addresses()).containsExactly("10.0.0.7", "10.0.0.8");

        rig.server.faults().allowAll();
        rig.push(SECOND, Duration.ofSeconds(61), () -> rig.addresses().contains("10.0.0.1"));

        rig.until(() -> rig.server.openWatches("endpoints") == 0);
        rig.untilLive("10.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void c16_aServerThatAsksForFiveSecondsGetsThem(boolean tooMany) {
        rig.slice("s1", "10.0.0.1").live();
        var fault = rig.server.faults().on(Verb.WATCH, "endpointslices").times(1);
        if (tooMany) {
            fault.tooManyRequests(5);
        } else {
            fault.unavailable(5);
        }
        rig.server.faults().endWatches("endpointslices", Ending.RESET);
        rig.push(
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                () -> rig.last() instanceof Stale stale && stale.why().contains("try again"));
        int before = requests(Verb.WATCH, "endpointslices").size();

        long asked = rig.time.nanoTime();

        Duration waited = rig.push(
                Duration.ofMillis(100),
                Duration.ofSeconds(6),
                () -> requests(Verb.WATCH, "endpointslices").size() > before);

        assertThat(rig.time.nanoTime() - asked).isBetween(4_700_000_000L, 5_200_000_000L);
        assertThat(waited).isPositive();
        rig.untilLive("10.0.0.1");
    }

    @Test
    void c17_aServerThatAcceptsAndClosesIsAskedAtMostTenTimesAMinute() {
        rig.slice("s1", "10.0.0.1");
        rig.server.faults().on(Verb.WATCH, "endpointslices").endWatchAtOnce();
        rig.follow();
        rig.until(() -> rig.last() instanceof Known);
        long began = rig.time.nanoTime();

        rig.push(SECOND, Duration.ofSeconds(61), () -> rig.time.nanoTime() - began >= 60_000_000_000L);

        int asked = requests(Verb.WATCH, "endpointslices").size()
                + requests(Verb.LIST, "endpointslices").size();
        assertThat(asked).isBetween(5, 10);
        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"MODIFIED\",\"object\":{]}\n",
                "no json at all\n",
                "[1,2,3]\n",
                "{} {}\n",
            })
    void c19_aMalformedLineEndsTheWatchAndNothingElse(String line) {
        rig.slice("s1", "10.0.0.1").live();

        rig.server.faults().writeToWatches("endpointslices", line);
        rig.change("s1", "10.0.0.2");
        rig.push(
                SECOND,
                Duration.ofSeconds(31),
                () -> rig.addresses().contains("10.0.0.2") && rig.last() instanceof Live);

        assertThat(rig.fewest()).isEqualTo(1);
    }

    @Test
    void c19_halfALineAndACloseLosesNothing() {
        rig.slice("s1", "10.0.0.1").live();
        rig.server.faults().writeToWatches("endpointslices", "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":");

        rig.server.faults().endWatches("endpointslices", Ending.CLEAN);
        rig.change("s1", "10.0.0.2");
        rig.push(
                SECOND,
                Duration.ofSeconds(31),
                () -> rig.addresses().contains("10.0.0.2") && rig.last() instanceof Live);

        assertThat(rig.fewest()).isEqualTo(1);
    }

    @Test
    void c19_aLineWithoutEndIsCutAtSixteenMebibytes() {
        rig.slice("s1", "10.0.0.1").live();

        rig.server.faults().writeEndlessLine("endpointslices", 20);
        rig.until(
                () -> rig.last() instanceof Stale stale && stale.why().contains("a line of more than 16777216 bytes"));
        rig.push(SECOND, Duration.ofSeconds(31), () -> rig.last() instanceof Live);

        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @Test
    void s19_jsonWithoutBottomEndsTheWatchAndNothingElse() {
        rig.slice("s1", "10.0.0.1").live();

        rig.server.faults().writeToWatches("endpointslices", "{\"type\":".repeat(100_000) + "\n");
        rig.until(() -> rig.last() instanceof Stale);
        rig.change("s1", "10.0.0.2");
        rig.push(
                SECOND,
                Duration.ofSeconds(31),
                () -> rig.addresses().contains("10.0.0.2") && rig.last() instanceof Live);

        assertThat(rig.fewest()).isEqualTo(1);
    }

    @Test
    void c23_aNamespaceThatIsRemovedIsAnAbsentServiceWithoutATightLoop() {
        rig.slice("s1", "10.0.0.1").live();
        int before = rig.server.requests().size();

        rig.server.delete("namespaces", null, "shop");
        rig.until(() -> rig.last() instanceof Live live
                && live.declaration() instanceof Absent
                && live.slices().isEmpty());
        rig.push(SECOND, Duration.ofSeconds(61), () -> rig.time.nanoTime() > 61_000_000_000L);

        assertThat(rig.server.requests().size() - before).isLessThanOrEqualTo(4);
    }

    @Test
    void c19_aBadObjectIsCountedAndCostsNoOther() {
        rig.slice("s1", "10.0.0.1").slice("s2", "10.0.0.2").live();
        ObjectNode bad = withVersion(ApiObjects.slice("s1", "10.0.0.9"), 1);
        bad.put("endpoints", "not a list");

        rig.server.faults().writeEvent("endpointslices", "MODIFIED", bad);
        rig.server.faults().writeEvent("endpointslices", "SURPRISE", ApiObjects.slice("s3", "10.0.0.3"));
        rig.server.create("nodes", null, ApiObjects.node("takes-the-version-just-used", "z"));
        rig.change("s2", "10.0.0.22");
        rig.untilLive("10.0.0.1", "10.0.0.22");

        assertThat(rig.status("endpointslices").skippedObjects()).isEqualTo(2);
        assertThat(rig.status("endpointslices").relists()).isZero();
    }

    @Test
    void c19_fieldsNobodyKnowsAreIgnored() {
        rig.slice("s1", "10.0.0.1").live();
        ObjectNode odd = withVersion(ApiObjects.slice("s1", "10.0.0.9"), 1);
        odd.putObject("fromTheFuture").put("a", 1).putArray("b").add("c");

        rig.server.faults().writeEvent("endpointslices", "MODIFIED", odd);

        rig.untilLive("10.0.0.9");
    }

    @Test
    void c20_aServiceThatIsDeletedIsAbsentAndPresentAgainWhenMadeAnew() {
        rig.slice("s1", "10.0.0.1").live();

        rig.server.delete("services", "shop", "api-service");
        rig.server.delete("endpointslices", "shop", "s1");
        rig.until(() -> rig.last() instanceof Live live
                && live.declaration() instanceof Absent
                && live.slices().isEmpty());
        rig.server.create("services", "shop", ApiObjects.apiService());
        rig.slice("s1", "10.0.0.1");

        rig.until(() -> rig.last() instanceof Live live
                && live.declaration() instanceof Present
                && rig.addresses().size() == 1);
    }

    @Test
    void c26_aRestoredEtcdIsNoticedAndItsStateAdopted() {
        rig.slice("s1", "10.0.0.1").live();
        for (int i = 0; i < 20; i++) {
            rig.change("s1", "10.0.1." + i);
        }
        rig.untilLive("10.0.1.19");
        rig.server.faults().rewindResourceVersion(5);
        rig.server.faults().endWatches("endpointslices", Ending.CLOSE);
        rig.change("s1", "10.0.0.99");

        rig.push(
                Duration.ofSeconds(5),
                Duration.ofMinutes(13),
                () -> rig.addresses().contains("10.0.0.99"));

        rig.untilLive("10.0.0.99");
    }

    @Test
    void c27_eventsToldTwiceOrTooLateChangeNothing() {
        rig.slice("s1", "10.0.0.1").live();
        rig.change("s1", "10.0.0.2");
        rig.untilLive("10.0.0.2");
        int before = rig.heard.size();

        rig.server.faults().repeatLastEvent("endpointslices");
        rig.server
                .faults()
                .writeEvent("endpointslices", "MODIFIED", withVersion(ApiObjects.slice("s1", "10.0.0.1"), -1));
        rig.server.delete("endpointslices", "shop", "s1");
        rig.until(() -> rig.addresses().isEmpty());
        rig.server.faults().repeatLastEvent("endpointslices");
        rig.slice("s2", "10.0.0.5");
        rig.untilLive("10.0.0.5");

        assertThat(rig.heard.size() - before).isLessThanOrEqualTo(2);
        assertThat(rig.heard.subList(before, rig.heard.size()))
                .noneMatch(view -> Rig.addresses(view).contains("10.0.0.1"));
    }

    @Test
    void s05_s06_aSliceThatIsNotOursIsNotInTheView() {
        rig.slice("s1", "10.0.0.1").live();
        ObjectNode foreign = withVersion(ApiObjects.slice("s2", "10.66.0.1"), 1);
        ((ObjectNode) foreign.at("/metadata/labels")).put("kubernetes.io/service-name", "other");
        ObjectNode elsewhere = withVersion(ApiObjects.slice("s3", "10.66.0.2"), 2);
        ((ObjectNode) elsewhere.get("metadata")).put("namespace", "evil");

        rig.server.faults().writeEvent("endpointslices", "ADDED", foreign);
        rig.server.faults().writeEvent("endpointslices", "ADDED", elsewhere);
        rig.server
                .faults()
                .writeEvent("endpointslices", "MODIFIED", withVersion(ApiObjects.slice("s1", "10.0.0.2"), 3));

        rig.untilLive("10.0.0.2");
    }

    @Test
    void onlyWhatIsNeededIsAskedFor() {
        rig.slice("s1", "10.0.0.1").live();

        assertThat(requests(Verb.LIST, "endpointslices").get(0).rawQuery())
                .isEqualTo(
                        "labelSelector=kubernetes.io%2Fservice-name%3Dapi-service%2C%21service.kubernetes.io%2Fheadless"
                                + "&limit=500");
        assertThat(requests(Verb.LIST, "services").get(0).rawQuery())
                .isEqualTo("fieldSelector=metadata.name%3Dapi-service&limit=500");
        assertThat(requests(Verb.WATCH, "services").get(0).rawQuery())
                .contains("watch=true", "allowWatchBookmarks=true", "timeoutSeconds=2", "resourceVersion=");
    }

    @Test
    void s15_nothingIsAskedForButListsAndWatchesOfServicesAndSlices() {
        rig.slice("s1", "10.0.0.1").live();
        rig.server.faults().endWatches("endpointslices", Ending.CLOSE);
        rig.server.faults().endWatches("services", Ending.RESET);
        rig.server.faults().expireHistory();
        rig.push(
                SECOND,
                Duration.ofSeconds(31),
                () -> rig.last() instanceof Live && rig.status("endpointslices").relists() > 0);
        rig.push(Duration.ofSeconds(20), Duration.ofMinutes(14), () -> rig.time.nanoTime() > 800_000_000_000L);

        assertThat(rig.server.requests())
                .hasSizeGreaterThan(6)
                .allMatch(request -> Set.of(Verb.LIST, Verb.WATCH).contains(request.verb())
                        && Set.of("services", "endpointslices").contains(request.resource()));
    }

    @Test
    void theLastSubscriberToLeaveEndsTheWatches() {
        rig.slice("s1", "10.0.0.1");
        var first = rig.discovery.subscribe(ApiObjects.API, rig.heard::add);
        var second = rig.discovery.subscribe(ApiObjects.API, view -> {});
        rig.untilLive();
        rig.watching();

        first.close();
        rig.time.run();
        assertThat(rig.server.openWatches("services")).isEqualTo(1);
        second.close();
        second.close();

        rig.until(() -> rig.server.openWatches("services") + rig.server.openWatches("endpointslices") == 0);
        assertThat(rig.discovery.status()).isEmpty();
    }

    @Test
    void aSubscriberThatThrowsHarmsNobodyElse() {
        rig.slice("s1", "10.0.0.1");
        rig.discovery.subscribe(ApiObjects.API, view -> {
            throw new IllegalStateException("on purpose");
        });

        rig.live();

        assertThat(rig.addresses()).containsExactly("10.0.0.1");
    }

    @Test
    void servicesBeyondThirtyOfANamespaceShareTwoWatches() {
        rig.close();
        rig = Rig.start(UnaryOperator.identity(), UnaryOperator.identity());
        int services = 40;
        var live = new ConcurrentHashMap<String, Live>();
        for (int i = 0; i < services; i++) {
            String name = "svc-" + i;
            ObjectNode service = ApiObjects.apiService();
            ((ObjectNode) service.get("metadata")).put("name", name);
            ((ObjectNode) service.get("spec"))
                    .put("clusterIP", "10.96.1." + i)
                    .putArray("clusterIPs")
                    .add("10.96.1." + i);
            rig.server.create("services", "shop", service);
            ObjectNode slice = ApiObjects.slice(name + "-a", "10.1.0." + (i + 1));
            ((ObjectNode) slice.at("/metadata/labels")).put("kubernetes.io/service-name", name);
            rig.server.create("endpointslices", "shop", slice);
        }

        for (int i = 0; i < services; i++) {
            String name = "svc-" + i;
            rig.discovery.subscribe(new ServiceKey("shop", name), view -> {
                if (view instanceof Live known) {
                    live.put(name, known);
                }
            });
        }
        rig.until(() -> live.size() == services);

        rig.until(() -> rig.server.openWatches("services") == 31 && rig.server.openWatches("endpointslices") == 31);
        live.forEach((name, view) ->
                assertThat(Rig.addresses(view)).containsExactly("10.1.0." + (Integer.parseInt(name.substring(4)) + 1)));
    }

    private ObjectNode withVersion(ObjectNode object, long later) {
        ((ObjectNode) object.get("metadata"))
                .put("resourceVersion", Long.toString(rig.server.resourceVersion() + later))
                .put(
                        "uid",
                        rig.server
                                .get("endpointslices", "shop", "s1")
                                .at("/metadata/uid")
                                .asText());
        return object;
    }

    private List<SeenRequest> requests(Verb verb, String resource) {
        return rig.server.requests().stream()
                .filter(request -> request.verb() == verb && request.resource().equals(resource))
                .toList();
    }

    private static String[] addresses(int slice, int from) {
        return IntStream.rangeClosed(from + 1, from + 100)
                .mapToObj(i -> "10.0." + slice + "." + i)
                .toArray(String[]::new);
    }
}
