package dev.onehop.route;

import static dev.onehop.route.Given.API;
import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.backends;
import static dev.onehop.route.Given.built;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.notReady;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.terminating;
import static dev.onehop.route.Given.unreadable;
import static dev.onehop.route.Given.verdict;
import static dev.onehop.service.AddressFamily.IPV4;
import static dev.onehop.service.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointBuilder;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceBuilder;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceType;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Headless Services for those who asked for them: rule R2, and trap 20 of the semantics. */
class HeadlessRouteTest {

    @Test
    void r2_aServicePortGoesToTheSlicesNumberOverAllReadyEndpoints() {
        Route route = headless()
                .slice(labelled("api-1", List.of(HTTP), ready("10.0.0.1")))
                .slice(labelled("api-2", List.of(tcp("http", 9090)), ready("10.0.0.2")))
                .headlessRoute(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.2:9090");
        assertThat(Given.scope(route)).isEqualTo(Scope.HEADLESS);
        assertThat(route.rule()).isEqualTo("R2");
        assertThat(route.text())
                .isEqualTo("Service shop/api port 80 goes to 2 endpoints, the ready ones of a headless Service"
                        + " (2 ready, 0 not ready, 0 terminating)");
    }

    @Test
    void r2_aPortMayBeAskedForByName() {
        Route route =
                headless().slice(ready("10.0.0.1")).headlessRoute(Destination.tcp(API, new PortRef.Named("http")));

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
    }

    @Test
    void r2_aTargetPortIsTakenAsItIsWhereTheServiceHasNoSuchPort() {
        Route route = headless()
                .slice(List.of(HTTP, tcp("admin", 9000)), ready("10.0.0.1"))
                .slice(List.of(tcp("http", 8081)), ready("10.0.0.2"))
                .headlessRoute(8080);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
        assertThat(excluded(route)).containsExactly("10.0.0.2 NO_MATCHING_PORT");
        assertThat(route.resolved().port()).isNull();
    }

    @Test
    void r2_aServicePortIsPreferredToATargetPortOfTheSameNumber() {
        Route route = headless()
                .slice(List.of(tcp("http", 8080), tcp("admin", 80)), ready("10.0.0.1"))
                .headlessRoute(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
    }

    @Test
    void r2_aTargetPortOfAnotherProtocolOrNameOrFamilyIsNoTargetPort() {
        Given given = headless()
                .slice(List.of(new SlicePort("http", Protocol.UDP, 8080)), ready("10.0.0.1"))
                .slice(IPV6, List.of(HTTP), ready("fd00::1"))
                .slice(foreign());

        assertThat(verdict(given.headlessRoute(8080))).isEqualTo("NotProxied UNDEFINED_PORT R5");
        assertThat(given.headlessRoute(8080).text())
                .isEqualTo("Service shop/api port 8080 is left to the platform: it has no such port"
                        + " (its ports are http 80/TCP, and none of its slices has it as a target port)");
        assertThat(verdict(given.headlessRoute(Destination.tcp(API, new PortRef.Named("8080")))))
                .isEqualTo("NotProxied UNDEFINED_PORT R5");
    }

    @Test
    void r2_aTargetPortWithTwoNamesIsOnePort() {
        Route route = headless()
                .slice(List.of(HTTP, tcp("metrics", 8080)), ready("10.0.0.1"))
                .headlessRoute(8080);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
        assertThat(route.excluded()).isEmpty();
    }

    @Test
    void r2_onlyReadyEndpointsCountAndTheOthersAreListed() {
        Route route = headless()
                .slice(
                        ready("10.0.0.1"),
                        notReady("10.0.0.2"),
                        terminating("10.0.0.3"),
                        Endpoint.builder("10.0.0.4"),
                        Endpoint.builder("10.0.0.5").conditions(true, false, true),
                        ready("127.0.0.1"))
                .headlessRoute(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.4:8080", "10.0.0.5:8080");
        assertThat(excluded(route))
                .containsExactly(
                        "127.0.0.1 SPECIAL_ADDRESS", "10.0.0.2 HEADLESS_NOT_READY", "10.0.0.3 HEADLESS_NOT_READY");
        assertThat(route.excluded()).extracting(Excluded::rule).containsExactly("S-01", "R2", "R2");
    }

    @Test
    void r2_withoutAReadyEndpointDnsAnswersAndThereIsNoTerminatingFallback() {
        Route route =
                headless().slice(notReady("10.0.0.1"), terminating("10.0.0.2")).headlessRoute(80);

        assertThat(verdict(route)).isEqualTo("NotProxied HEADLESS_NOBODY R2");
        assertThat(route.text())
                .isEqualTo("Service shop/api port 80 is left to the platform: it is headless and has no ready endpoint"
                        + " on this port (0 ready, 1 not ready, 1 terminating)");
    }

    @Test
    void r2_endpointsOnOtherPortsAreMentionedWhereThisPortHasNone() {
        Route route =
                headless().slice(List.of(tcp("grpc", 9090)), ready("10.0.0.1")).headlessRoute(80);

        assertThat(verdict(route)).isEqualTo("NotProxied HEADLESS_NOBODY R2");
        assertThat(route.text()).contains("0 ready, 0 not ready, 0 terminating, 1 off this port");
    }

    @Test
    void r2_neitherPolicyNorHintsNorAffinityApply() {
        Route route = headless(s -> s.internalTrafficPolicy(TrafficPolicy.LOCAL).affinity(Duration.ofSeconds(60)))
                .at(null, "a")
                .slice(
                        ready("10.0.0.1").node("n1").zoneHints(Set.of("a")).nodeHints(Set.of("n1")),
                        ready("10.0.0.2").node("n2").zoneHints(Set.of("b")).nodeHints(Set.of("n2")))
                .headlessRoute(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.2:8080");
        assertThat(((Route.Backends) route).affinityTimeout()).isEmpty();
    }

    @Test
    void r2_theFamilyIsTheServicesFirstOrTheOneAskedFor() {
        Given dual = headless(s -> s.ipFamilies(IPV6, IPV4))
                .slice(IPV4, List.of(HTTP), ready("10.0.0.1"))
                .slice(IPV6, List.of(HTTP), ready("fd00::1"));
        var ipv4 = new Destination(API, new PortRef.Numbered(80), Protocol.TCP, IPV4);

        assertThat(backends(dual.headlessRoute(80))).containsExactly("[fd00::1]:8080");
        assertThat(backends(dual.headlessRoute(ipv4))).containsExactly("10.0.0.1:8080");
    }

    @Test
    void r2_aServiceThatNamesNoFamilyHasThatOfItsSlices() {
        Given ipv6 = headless(ServiceBuilder::ipFamilies).slice(IPV6, List.of(HTTP), ready("fd00::1"));
        Given both = headless(ServiceBuilder::ipFamilies)
                .slice(IPV6, List.of(HTTP), ready("fd00::1"))
                .slice(IPV4, List.of(HTTP), ready("10.0.0.1"));

        assertThat(backends(ipv6.headlessRoute(80))).containsExactly("[fd00::1]:8080");
        assertThat(backends(both.headlessRoute(80))).containsExactly("10.0.0.1:8080");
        assertThat(backends(ipv6.slice(foreign()).headlessRoute(80))).containsExactly("[fd00::1]:8080");
    }

    @Test
    void r2_r15_oneAddressAndPortIsOneBackend() {
        Route route = headless()
                .slice(labelled("api-1", List.of(HTTP), terminating("10.0.0.1")))
                .slice(labelled("api-2", List.of(HTTP), ready("10.0.0.1")))
                .headlessRoute(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
        assertThat(excluded(route)).containsExactly("10.0.0.1 DUPLICATE");
    }

    @Test
    void r2_withoutAnySliceTheTextNamesTheSwitchOfTheDiscovery() {
        Route route = headless().headlessRoute(80);

        assertThat(verdict(route)).isEqualTo("NotProxied HEADLESS_NOBODY R2");
        assertThat(route.text()).contains("KubernetesDiscovery", "headless(true)");
        assertThat(headless().slice(foreign()).headlessRoute(80)).isEqualTo(route);
    }

    @Test
    void r2_anotherProxysServiceAndAnExternalNameStayLeftToThePlatform() {
        assertThat(verdict(headless(s -> s.serviceProxyName(true))
                        .slice(ready("10.0.0.1"))
                        .headlessRoute(80)))
                .isEqualTo("NotProxied SERVICE_PROXY_NAME R1");
        assertThat(verdict(headless(s -> s.type(ServiceType.EXTERNAL_NAME))
                        .slice(ready("10.0.0.1"))
                        .headlessRoute(80)))
                .isEqualTo("NotProxied EXTERNAL_NAME R3");
    }

    @Test
    void r2_everyOtherServiceIsRoutedAsEver() {
        for (Given given : List.of(
                service().slice(ready("10.0.0.1")).slice(labelled("api-9", List.of(HTTP), ready("10.0.0.2"))),
                service(s -> s.clusterIps(List.of())).slice(ready("10.0.0.1")),
                unreadable().slice(ready("10.0.0.1")))) {
            assertThat(given.headlessRoute(80)).isEqualTo(given.route(80));
        }
    }

    private static Given headless() {
        return headless(UnaryOperator.identity());
    }

    private static Given headless(UnaryOperator<ServiceBuilder> changes) {
        return service(s -> changes.apply(s.clusterIps(List.of("None"))));
    }

    private static EndpointSlice foreign() {
        return EndpointSlice.of(new ServiceKey("shop", "other"), "other-1", List.of(HTTP), built(ready("10.0.0.9")));
    }

    /** A slice with the label that the controller gives to those of headless Services. */
    private static EndpointSlice labelled(String name, List<SlicePort> ports, EndpointBuilder... endpoints) {
        return new EndpointSlice("shop", name, "api", true, "IPv4", ports, built(endpoints), null);
    }
}
