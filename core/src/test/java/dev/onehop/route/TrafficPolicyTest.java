package dev.onehop.route;

import static dev.onehop.route.Given.done;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.ips;
import static dev.onehop.route.Given.notReady;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.scope;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.terminating;
import static dev.onehop.route.Given.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.onehop.service.Service;
import dev.onehop.service.TrafficPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may be picked, and the verdict when nobody may: R20, R22-R25, and R32, R33 on top. We are on node n1. */
class TrafficPolicyTest {

    @Test
    void r20_allReadyEndpointsOfAllNodesAreUsed() {
        Route route = service()
                .slice(ready("10.0.0.1").node("n1"), ready("10.0.0.2").node("n2"), notReady("10.0.0.3"))
                .route();

        assertThat(scope(route)).isEqualTo(Scope.ALL_READY);
        assertThat(route.rule()).isEqualTo("R20");
        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(excluded(route)).containsExactly("10.0.0.3 NOT_READY");
        assertThat(route.text())
                .isEqualTo("Service shop/api port http goes to 2 endpoints, all ready ones"
                        + " (2 ready, 1 not ready, 0 terminating)");
    }

    @Test
    void r20_readyAloneCountsNotServing() {
        Route route = service()
                .slice(ready("10.0.0.1").conditions(true, false, false))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r22_whenNoneIsReadyTerminatingOnesThatServeAreUsed() {
        Route route = service()
                .slice(terminating("10.0.0.1"), done("10.0.0.2"), notReady("10.0.0.3"))
                .route();

        assertThat(scope(route)).isEqualTo(Scope.TERMINATING);
        assertThat(route.rule()).isEqualTo("R22");
        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route)).containsExactly("10.0.0.2 NOT_SERVING", "10.0.0.3 NOT_READY");
    }

    @Test
    void r22_oneReadyAnywhereEndsTheFallback() {
        Route route = service()
                .slice(terminating("10.0.0.1").node("n1"), ready("10.0.0.2").node("n2"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.2");
        assertThat(excluded(route)).containsExactly("10.0.0.1 TERMINATING");
        assertThat(route.excluded().get(0).rule()).isEqualTo("R22");
    }

    @Test
    void r22_theFallbackIgnoresHints() {
        Route route = service()
                .slice(
                        terminating("10.0.0.1").zoneHints(Set.of("a")).nodeHints(Set.of("n1")),
                        terminating("10.0.0.2").zoneHints(Set.of("b")).nodeHints(Set.of("n2")))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @Test
    void r22_readyOnesKeptForAnotherPortDoNotEndTheFallback() {
        Route route = service()
                .slice(terminating("10.0.0.1"))
                .slice(List.of(tcp("admin", 81)), ready("10.0.0.2"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r23_localPolicyUsesReadyOnesOnOurNodeOnly() {
        Route route = local().slice(
                        ready("10.0.0.1").node("n1"),
                        ready("10.0.0.2").node("n2"),
                        ready("10.0.0.3"),
                        notReady("10.0.0.4").node("n1"),
                        notReady("10.0.0.5").node("n2"),
                        done("10.0.0.6").node("n2"))
                .route();

        assertThat(scope(route)).isEqualTo(Scope.LOCAL);
        assertThat(route.rule()).isEqualTo("R23");
        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route))
                .containsExactly(
                        "10.0.0.2 NOT_LOCAL",
                        "10.0.0.3 NOT_LOCAL",
                        "10.0.0.4 NOT_READY",
                        "10.0.0.5 NOT_READY",
                        "10.0.0.6 NOT_SERVING");
    }

    @Test
    void r23_localPolicyIgnoresHints() {
        Route route = local().slice(
                        ready("10.0.0.1").node("n1").zoneHints(Set.of("b")).nodeHints(Set.of("n2")),
                        ready("10.0.0.2").node("n2").zoneHints(Set.of("a")).nodeHints(Set.of("n1")))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r24_localTerminatingOnesAreUsedEvenIfReadyOnesExistElsewhere() {
        Route route = local().slice(
                        terminating("10.0.0.1").node("n1"),
                        ready("10.0.0.2").node("n2"),
                        terminating("10.0.0.3").node("n2"),
                        done("10.0.0.4").node("n1"))
                .route();

        assertThat(scope(route)).isEqualTo(Scope.LOCAL_TERMINATING);
        assertThat(route.rule()).isEqualTo("R24");
        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route)).containsExactly("10.0.0.2 NOT_LOCAL", "10.0.0.3 NOT_LOCAL", "10.0.0.4 NOT_SERVING");
    }

    @Test
    void r24_oneLocalReadyEndsTheLocalFallback() {
        Route route = local().slice(
                        terminating("10.0.0.1").node("n1"), ready("10.0.0.2").node("n1"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.2");
        assertThat(excluded(route)).containsExactly("10.0.0.1 LOCAL_TERMINATING");
        assertThat(route.excluded().get(0).rule()).isEqualTo("R24");
    }

    @Test
    void r22_r24_theSameEndpointsDifferByPolicy() {
        var endpoints =
                List.of(terminating("10.0.0.1").node("n1"), ready("10.0.0.2").node("n2"));
        Given cluster = service().slice(endpoints.get(0), endpoints.get(1));
        Given local = local().slice(endpoints.get(0), endpoints.get(1));

        assertThat(ips(cluster.route())).containsExactly("10.0.0.2");
        assertThat(ips(local.route())).containsExactly("10.0.0.1");
    }

    @Test
    void r25_noneUsableAnywhereIsRejectedWithCounts() {
        Route route = service()
                .slice(notReady("10.0.0.1"), notReady("10.0.0.2"), done("10.0.0.3"))
                .route(80);

        assertThat(verdict(route)).isEqualTo("Reject NONE_USABLE R25");
        assertThat(route.text())
                .isEqualTo("Service shop/api port 80 has no usable endpoints (0 ready, 2 not ready, 1 terminating)");
        assertThat(route.counts()).isEqualTo(new EndpointCounts(0, 2, 0, 1, 0));
        assertThat(route.excluded()).hasSize(3);
    }

    @Test
    void r25_noEndpointsAreRejectedUnderEitherPolicy() {
        assertThat(verdict(service().route())).isEqualTo("Reject NO_ENDPOINTS R25");
        assertThat(verdict(local().route())).isEqualTo("Reject NO_ENDPOINTS R25");
    }

    @Test
    void r25_localPolicyDropsWhenUsableOnesExistElsewhere() {
        Route readyElsewhere = local().slice(ready("10.0.0.1").node("n2")).route();
        Route servingElsewhere =
                local().slice(terminating("10.0.0.1").node("n2")).route();

        assertThat(verdict(readyElsewhere)).isEqualTo("Drop NO_LOCAL_ENDPOINT R25");
        assertThat(verdict(servingElsewhere)).isEqualTo("Drop NO_LOCAL_ENDPOINT R25");
        assertThat(readyElsewhere.text())
                .isEqualTo("Service shop/api port http has no endpoint on this node, and internalTrafficPolicy is Local"
                        + " (1 ready, 0 not ready, 0 terminating)");
    }

    @Test
    void r25_localPolicyRejectsWhenNoneIsUsableAnywhere() {
        Route route = local().slice(
                        notReady("10.0.0.1").node("n1"),
                        done("10.0.0.2").node("n1"),
                        notReady("10.0.0.3").node("n2"),
                        done("10.0.0.4").node("n2"))
                .route();

        assertThat(verdict(route)).isEqualTo("Reject NONE_USABLE R25");
    }

    @Test
    void r25_clusterPolicyNeverDrops() {
        assertThat(ips(service().slice(ready("10.0.0.1").node("n2")).route())).containsExactly("10.0.0.1");
        assertThat(ips(service().slice(terminating("10.0.0.1").node("n2")).route()))
                .containsExactly("10.0.0.1");
    }

    @Test
    void r32_publishedNotReadyPodsArriveAsReadyAndCountAsReady() {
        Route route = service()
                .slice(
                        ready("10.0.0.1").conditions(true, false, false),
                        ready("10.0.0.2").conditions(true, false, true))
                .route();

        assertThat(scope(route)).isEqualTo(Scope.ALL_READY);
        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(Arrays.stream(Service.class.getRecordComponents()).map(c -> c.getName()))
                .doesNotContain("publishNotReadyAddresses");
    }

    @Test
    void r33_aPodThatIsInTwoSlicesForAMomentIsOneBackend() {
        Route route = service()
                .slice(ready("10.0.0.1").pod("api-1", "uid-1"))
                .slice(
                        ready("10.0.0.1").pod("api-1", "uid-1"),
                        ready("10.0.0.2").pod("api-2", "uid-2"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @Test
    void r33_aRollingUpdateMovesFromReadyToReadyPastTerminatingOnes() {
        Route route = service()
                .slice(ready("10.0.0.1"), terminating("10.0.0.2"), notReady("10.0.0.3"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(route.counts()).isEqualTo(new EndpointCounts(1, 1, 1, 0, 0));
    }

    @Test
    void backendsAreNeverEmpty() {
        Route.Backends some =
                (Route.Backends) service().slice(ready("10.0.0.1")).route();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Route.Backends(
                        some.resolved(), List.of(), Scope.LOCAL, Optional.empty(), some.counts(), List.of(), ""))
                .withMessageContaining("at least one");
    }

    private static Given local() {
        return service(s -> s.internalTrafficPolicy(TrafficPolicy.LOCAL));
    }
}
