package dev.onehop.route;

import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.backends;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.ips;
import static dev.onehop.route.Given.notReady;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.verdict;
import static dev.onehop.service.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.TrafficPolicy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes an endpoint usable: its address, place, conditions and hints, R14 and R16-R18. */
class EndpointRulesTest {

    @Test
    void r14_anEndpointWithoutAddressesIsSkipped() {
        Route route = service().slice(Endpoint.builder(null), ready("10.0.0.1")).route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route)).containsExactly("null NO_ADDRESS");
    }

    @Test
    void r14_addressesAreCanonical() {
        Route route = service(s -> s.clusterIps(List.of("fd00:96::1")).ipFamilies(IPV6))
                .slice(IPV6, List.of(HTTP), ready("FD00:0:0::00AB"))
                .route();

        assertThat(backends(route)).containsExactly("[fd00::ab]:8080");
    }

    @Test
    void r14_leadingZerosAreDecimal() {
        assertThat(backends(service().slice(ready("010.001.02.3")).route())).containsExactly("10.1.2.3:8080");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0", "10.0.0.256", "10.0.0.1%eth0", " 10.0.0.1", "0x0a.0.0.1"})
    void r14_whatIsNoLiteralIsNeitherDialledNorResolved(String address) {
        Route route = service().slice(ready(address)).route();

        assertThat(verdict(route)).isEqualTo("Reject NONE_USABLE R25");
        assertThat(excluded(route)).containsExactly(address + " BAD_ADDRESS");
        assertThat(route.text()).endsWith("(0 ready, 0 not ready, 0 terminating, 1 without a usable address)");
    }

    @Test
    void r47_specialAddressesAreLeftOutUnlessAllowed() {
        Given given = service().slice(ready("127.0.0.1"), ready("169.254.169.254"), ready("10.0.0.1"));

        assertThat(ips(given.route())).containsExactly("10.0.0.1");
        assertThat(excluded(given.route()))
                .containsExactly("127.0.0.1 SPECIAL_ADDRESS", "169.254.169.254 SPECIAL_ADDRESS");
        assertThat(given.route().excluded().get(0).rule()).isEqualTo("S-01");
        assertThat(ips(given.allowing(AddressPolicy.allowingLoopback()).route()))
                .containsExactly("127.0.0.1", "10.0.0.1");
    }

    @Test
    void s02_addressesOutsideTheAllowedNetworksAreLeftOutAndCounted() {
        Given given = service()
                .slice(ready("10.244.1.1"), ready("10.245.0.1"), ready("169.254.169.254"), ready("::ffff:10.244.1.2"));

        Route route = given.allowing(AddressPolicy.strict().withAllowedCidrs("10.244.0.0/16", "169.254.0.0/16"))
                .route();

        assertThat(ips(route)).containsExactly("10.244.1.1", "10.244.1.2");
        assertThat(excluded(route)).containsExactly("10.245.0.1 FOREIGN_ADDRESS", "169.254.169.254 SPECIAL_ADDRESS");
        assertThat(route.excluded().get(0).rule()).isEqualTo("S-02");
        assertThat(route.counts().unusableAddress()).isEqualTo(2);
    }

    @Test
    void r16_localIsExactEqualityOfNodeNames() {
        Route route = service()
                .at("n1", "a")
                .slice(
                        ready("10.0.0.1").node("n1"),
                        ready("10.0.0.2").node("N1"),
                        ready("10.0.0.3").node("n1.example.com"),
                        ready("10.0.0.4").node(""),
                        ready("10.0.0.5").node(null))
                .route();

        assertThat(((Route.Backends) route).endpoints())
                .extracting(RoutedEndpoint::local)
                .containsExactly(true, false, false, false, false);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null", "''"})
    void r16_withAnUnknownNodeNothingIsLocal(String node) {
        Route route = service().at(node, "a").slice(ready("10.0.0.1").node("")).route();

        assertThat(((Route.Backends) route).endpoints())
                .extracting(RoutedEndpoint::local)
                .containsExactly(false);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null", "''"})
    void r16_localPolicyWithAnUnknownNodeIsLeftToThePlatform(String node) {
        Route route = service(s -> s.internalTrafficPolicy(TrafficPolicy.LOCAL))
                .at(node, "a")
                .slice(ready("10.0.0.1").node("n1"))
                .route();

        assertThat(verdict(route)).isEqualTo("NotProxied NODE_UNKNOWN R16");
        assertThat(route.resolved().clusterIp()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "null, null,  null,  true",
                "null, false, null,  true",
                "null, null,  true,  true",
                "true, false, true,  true",
                "false, null, null,  false",
                "false, true, null,  false",
                "false, true, false, false",
            })
    void r17_absentReadyIsReadyWhateverTheOtherConditions(
            Boolean ready, Boolean serving, Boolean terminating, boolean used) {
        Route route = service()
                .slice(Endpoint.builder("10.0.0.1").conditions(ready, serving, terminating))
                .route();

        assertThat(route instanceof Route.Backends).isEqualTo(used);
        if (used) {
            assertThat(Given.scope(route)).isEqualTo(Scope.ALL_READY);
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null, true", "true, true", "false, false"})
    void r17_absentServingIsServing(Boolean serving, boolean used) {
        Route route = service()
                .slice(Endpoint.builder("10.0.0.1").conditions(false, serving, true))
                .route();

        assertThat(route instanceof Route.Backends).isEqualTo(used);
    }

    @Test
    void r17_notReadyAndNotTerminatingIsNeverUsed() {
        Route route = service()
                .slice(
                        Endpoint.builder("10.0.0.1").conditions(false, true, false),
                        Endpoint.builder("10.0.0.2").conditions(false, true, null))
                .route();

        assertThat(verdict(route)).isEqualTo("Reject NONE_USABLE R25");
        assertThat(excluded(route)).containsExactly("10.0.0.1 NOT_READY", "10.0.0.2 NOT_READY");
    }

    @Test
    void r18_emptyHintsAreNoHints() {
        Route route = service()
                .at("n1", "a")
                .slice(
                        ready("10.0.0.1").zoneHints(Set.of()).nodeHints(Set.of()),
                        ready("10.0.0.2").zoneHints(Set.of("b")).nodeHints(Set.of("n2")))
                .route();

        assertThat(Given.scope(route)).isEqualTo(Scope.ALL_READY);
    }

    @Test
    void r18_aHintIsASetOfNames() {
        Route route = service()
                .at("n1", "b")
                .slice(
                        ready("10.0.0.1").zoneHints(Set.of("a", "b")),
                        ready("10.0.0.2").zoneHints(Set.of("c")))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
    }

    @Test
    void excludedEndpointsSayWhoTheyAre() {
        Route route = service()
                .slice(ready("10.0.0.1"), notReady("010.0.0.2").pod("api-7", "uid-7"))
                .route();

        Excluded excluded = route.excluded().get(0);

        assertThat(excluded.address()).isEqualTo("10.0.0.2");
        assertThat(excluded.port()).isEqualTo(8080);
        assertThat(excluded.podName()).isEqualTo("api-7");
        assertThat(excluded.slice()).isEqualTo("api-0");
        assertThat(excluded.rule()).isEqualTo("R20");
        assertThat(excluded.reason().because()).isEqualTo("it is not ready");
    }

    @Test
    void backendsAreKeyedByPodAddressAndPort() {
        Route route = service()
                .slice(ready("10.0.0.1").pod("api-7", "uid-7"), ready("10.0.0.2"))
                .route();

        assertThat(((Route.Backends) route).endpoints())
                .extracting(endpoint -> endpoint.key().toString())
                .containsExactly("10.0.0.1:8080 (uid-7)", "10.0.0.2:8080");
        assertThat(((Route.Backends) route).endpoints().get(1).key().podUid()).isEqualTo(BackendKey.NO_POD);
    }
}
