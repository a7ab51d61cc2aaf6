package dev.onehop.route;

import static dev.onehop.route.Given.backends;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.ips;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.terminating;
import static dev.onehop.route.Given.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.ServiceType;
import dev.onehop.service.TrafficPolicy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where ipvs and winkernel differ, we do as iptables and nftables: rule R26. */
class OtherModesTest {

    @ParameterizedTest
    @EnumSource(
            value = ServiceType.class,
            names = {"CLUSTER_IP", "NODE_PORT", "LOAD_BALANCER"})
    void r26_localWithoutALocalEndpointIsDroppedNeitherRefusedNorSentElsewhere(ServiceType type) {
        Route route = service(s -> s.type(type).internalTrafficPolicy(TrafficPolicy.LOCAL))
                .slice(ready("10.0.0.1").node("n2"))
                .route();

        assertThat(verdict(route)).isEqualTo("Drop NO_LOCAL_ENDPOINT R25");
    }

    @Test
    void r26_hintsAreHonouredAlthoughWindowsNodesDoNot() {
        Route route = service()
                .slice(
                        ready("10.0.0.1").zoneHints(Set.of("a")),
                        ready("10.0.0.2").zoneHints(Set.of("b")))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r26_aReadyEndpointThatDoesNotServeIsUsedAlthoughWindowsNodesSkipIt() {
        Route route = service()
                .slice(ready("10.0.0.1").conditions(true, false, false))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r26_everyTypeOfServiceHasTheTerminatingFallback() {
        Route route = service(s -> s.type(ServiceType.CLUSTER_IP))
                .slice(terminating("10.0.0.1"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void r26_everySliceHasItsOwnTargetPort() {
        Route route = service()
                .slice(List.of(tcp("http", 8080)), ready("10.0.0.1"))
                .slice(List.of(tcp("http", 9090)), ready("10.0.0.2"))
                .route();

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.2:9090");
        assertThat(excluded(route)).isEmpty();
    }
}
