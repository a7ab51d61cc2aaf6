package dev.onehop.route;

import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.ips;
import static dev.onehop.route.Given.notReady;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.scope;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.terminating;
import static dev.onehop.route.Scope.ALL_READY;
import static dev.onehop.route.Scope.SAME_NODE;
import static dev.onehop.route.Scope.SAME_ZONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointBuilder;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which hints are honoured: R21, and what R34 and R35 make of it. We are on node n1 in zone a. */
class TopologyTest {

    @Test
    void r21_ifAllHaveZoneHintsOnlyThoseForOurZoneAreUsed() {
        Route route = service()
                .slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"), zoned("10.0.0.3", "a"))
                .route();

        assertThat(scope(route)).isEqualTo(SAME_ZONE);
        assertThat(route.rule()).isEqualTo("R21");
        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.3");
        assertThat(excluded(route)).containsExactly("10.0.0.2 OTHER_ZONE_HINT");
    }

    @Test
    void r21_ifAllHaveNodeHintsOnlyThoseForOurNodeAreUsed() {
        Route route = service()
                .slice(noded("10.0.0.1", "n1"), noded("10.0.0.2", "n2"))
                .route();

        assertThat(scope(route)).isEqualTo(SAME_NODE);
        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route)).containsExactly("10.0.0.2 OTHER_NODE_HINT");
    }

    @Test
    void r21_nodeHintsComeBeforeZoneHints() {
        Route route = service()
                .slice(
                        zoned("10.0.0.1", "a").nodeHints(Set.of("n1")),
                        zoned("10.0.0.2", "a").nodeHints(Set.of("n2")))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r21_whatCountsIsTheHintNotTheNodeItRunsOn() {
        Route route = service()
                .slice(
                        noded("10.0.0.1", "n2").node("n1").zone("a"),
                        noded("10.0.0.2", "n1").node("n2").zone("b"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.2");
    }

    @Test
    void r21_oneReadyEndpointWithoutHintSwitchesTheModeOffForEverybody() {
        Route route = service()
                .slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"), ready("10.0.0.3"))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
        assertThat(route.excluded()).isEmpty();
    }

    @Test
    void r21_oneReadyEndpointWithoutHintInAnotherSliceDoesSoToo() {
        Route route = service()
                .slice(noded("10.0.0.1", "n1"))
                .slice(ready("10.0.0.2"))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
    }

    @Test
    void r21_endpointsThatAreNotReadyDoNotMatter() {
        Route route = service()
                .slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"), notReady("10.0.0.3"), terminating("10.0.0.4"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route))
                .containsExactly("10.0.0.2 OTHER_ZONE_HINT", "10.0.0.3 NOT_READY", "10.0.0.4 TERMINATING");
    }

    @Test
    void r21_aHintForUsOnAnEndpointThatIsNotReadyDoesNotMatterEither() {
        Route route = service()
                .slice(zoned("10.0.0.1", "b"), notReady("10.0.0.2").zoneHints(Set.of("a")))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r21_whenNodeHintsFailZoneHintsAreTried() {
        Route notForOurNode = service()
                .slice(
                        zoned("10.0.0.1", "a").nodeHints(Set.of("n8")),
                        zoned("10.0.0.2", "b").nodeHints(Set.of("n9")))
                .route();
        Route notOnAll = service()
                .slice(zoned("10.0.0.1", "a").nodeHints(Set.of("n1")), zoned("10.0.0.2", "b"))
                .route();

        assertThat(scope(notForOurNode)).isEqualTo(SAME_ZONE);
        assertThat(ips(notForOurNode)).containsExactly("10.0.0.1");
        assertThat(scope(notOnAll)).isEqualTo(SAME_ZONE);
        assertThat(ips(notOnAll)).containsExactly("10.0.0.1");
    }

    @Test
    void r21_noHintForUsMeansHintsAreIgnoredNotThatNobodyIsLeft() {
        Route route =
                service().slice(zoned("10.0.0.1", "b"), zoned("10.0.0.2", "c")).route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null", "''"})
    void r21_anUnknownOrMissingZoneMatchesNothingButAHintNamedEmpty(String zone) {
        Given usual = service().at("n1", zone).slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"));
        Given odd = service().at("n1", zone).slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", ""));

        assertThat(scope(usual.route())).isEqualTo(ALL_READY);
        assertThat(scope(odd.route())).isEqualTo(SAME_ZONE);
        assertThat(ips(odd.route())).containsExactly("10.0.0.2");
    }

    @Test
    void r21_withAnUnknownNodeNodeHintsAreIgnored() {
        Route route = service()
                .at(null, "a")
                .slice(noded("10.0.0.1", ""), noded("10.0.0.2", "n2"))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
    }

    @Test
    void r21_anEndpointMayBeHintedToSeveralZonesAndNodes() {
        Route zones = service()
                .slice(ready("10.0.0.1").zoneHints(Set.of("a", "b")), zoned("10.0.0.2", "b"))
                .route();
        Route nodes = service()
                .slice(ready("10.0.0.1").nodeHints(Set.of("n3", "n1")), noded("10.0.0.2", "n3"))
                .route();

        assertThat(ips(zones)).containsExactly("10.0.0.1");
        assertThat(ips(nodes)).containsExactly("10.0.0.1");
    }

    @Test
    void r21_namesCompareExactly() {
        Route route =
                service().slice(zoned("10.0.0.1", "A"), zoned("10.0.0.2", "a ")).route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
    }

    @Test
    void r21_aReadyEndpointThatIsTerminatingHasAVote() {
        Route route = service()
                .slice(zoned("10.0.0.1", "a"), ready("10.0.0.2").conditions(true, true, true))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
    }

    @Test
    void r21_anUnhintedPodThatServesOnlyAnotherPortDoesNotMatter() {
        Route route = service()
                .slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"))
                .slice(List.of(tcp("admin", 81)), ready("10.0.0.3"))
                .route();

        assertThat(scope(route)).isEqualTo(SAME_ZONE);
        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r21_anUnhintedDuplicateThatLostDoesNotMatter() {
        Route route = service()
                .slice(ready("10.0.0.1"), zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r34_trafficDistributionReachesUsAsHintsOnly() {
        Route preferSameZone =
                service().slice(zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b")).route();
        Route preferSameNode = service()
                .slice(
                        zoned("10.0.0.1", "a").nodeHints(Set.of("n1")).node("n1"),
                        zoned("10.0.0.2", "a").nodeHints(Set.of("n2")).node("n2"),
                        zoned("10.0.0.3", "b").nodeHints(Set.of("n3")).node("n3"))
                .route();

        assertThat(ips(preferSameZone)).containsExactly("10.0.0.1");
        assertThat(ips(preferSameNode)).containsExactly("10.0.0.1");
        assertThat(componentsOf(Service.class)).doesNotContain("trafficDistribution");
    }

    @Test
    void r34_aReadyEndpointWithoutZoneEndsZoneModeForTheWholeService() {
        Route route = service()
                .slice(zoned("10.0.0.1", "a").zone("a"), ready("10.0.0.2").zone(null))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
    }

    @Test
    void r34_theEndpointsOwnZoneIsNotRead() {
        Route route = service()
                .slice(ready("10.0.0.1").zone("a"), ready("10.0.0.2").zone("b"))
                .route();

        assertThat(scope(route)).isEqualTo(ALL_READY);
    }

    @Test
    void r35_aHintToAForeignZoneIsFollowed() {
        Route route = service()
                .slice(zoned("10.0.0.1", "b").zone("a"), zoned("10.0.0.2", "a").zone("b"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.2");
    }

    @Test
    void r35_theTopologyAnnotationIsNotPartOfTheModel() {
        assertThat(componentsOf(Service.class)).doesNotContain("annotations", "topologyMode");
        assertThat(componentsOf(EndpointSlice.class)).doesNotContain("annotations");
        assertThat(componentsOf(Endpoint.class)).contains("zoneHints", "nodeHints");
    }

    @Test
    void theTextSaysWhichHintsWereFollowed() {
        Route route = service()
                .slice(List.of(HTTP), zoned("10.0.0.1", "a"), zoned("10.0.0.2", "b"))
                .route();

        assertThat(route.text())
                .isEqualTo("Service shop/api port http goes to 1 endpoint, the ready ones hinted to this zone"
                        + " (2 ready, 0 not ready, 0 terminating)");
    }

    private static EndpointBuilder zoned(String address, String zoneHint) {
        return ready(address).zoneHints(Set.of(zoneHint));
    }

    private static EndpointBuilder noded(String address, String nodeHint) {
        return ready(address).nodeHints(Set.of(nodeHint));
    }

    private static List<String> componentsOf(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }
}
