package dev.onehop.route;

import static dev.onehop.route.Given.API;
import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.backends;
import static dev.onehop.route.Given.ips;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.verdict;
import static dev.onehop.service.AddressFamily.IPV4;
import static dev.onehop.service.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.IpAddress;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which Services are proxied, by which address, on which port: R1-R6, R19, R29, R30. */
class ServiceRulesTest {

    @Test
    void absentServiceIsLeftToThePlatform() {
        Route route = service()
                .declared(new ServiceDeclaration.Absent())
                .slice(ready("10.0.0.1"))
                .route();

        assertThat(verdict(route)).isEqualTo("NotProxied SERVICE_ABSENT §0");
        assertThat(route.text())
                .isEqualTo("Service shop/api port http is left to the platform: there is no such Service");
        assertThat(route.excluded()).isEmpty();
        assertThat(route.counts()).isEqualTo(EndpointCounts.NONE);
    }

    @Test
    void r1_serviceOfAnotherProxyIsLeftToIt() {
        Route route =
                service(s -> s.serviceProxyName(true)).slice(ready("10.0.0.1")).route();

        assertThat(verdict(route)).isEqualTo("NotProxied SERVICE_PROXY_NAME R1");
    }

    @Test
    void r1_labelIsAskedBeforeEverythingElse() {
        Route route = service(s -> s.serviceProxyName(true).clusterIp("None").type(ServiceType.EXTERNAL_NAME))
                .route();

        assertThat(verdict(route)).isEqualTo("NotProxied SERVICE_PROXY_NAME R1");
    }

    @Test
    void r2_headlessServiceIsLeftToThePlatform() {
        Route route = service(s -> s.clusterIps(List.of("None")))
                .slice(ready("10.0.0.1"))
                .route();

        assertThat(verdict(route)).isEqualTo("NotProxied HEADLESS R2");
    }

    @Test
    void r2_serviceWithoutClusterIpIsLeftToThePlatform() {
        Route route =
                service(s -> s.clusterIps(List.of())).slice(ready("10.0.0.1")).route();

        assertThat(verdict(route)).isEqualTo("NotProxied NO_CLUSTER_IP R2");
    }

    @Test
    void r3_externalNameIsLeftToThePlatformEvenWithAClusterIp() {
        Route route = service(s -> s.type(ServiceType.EXTERNAL_NAME))
                .slice(ready("10.0.0.1"))
                .route();

        assertThat(verdict(route)).isEqualTo("NotProxied EXTERNAL_NAME R3");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXTERNAL_NAME")
    void r3_allOtherTypesAreProxied(ServiceType type) {
        assertThat(ips(service(s -> s.type(type)).slice(ready("10.0.0.1")).route()))
                .containsExactly("10.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({"default,kubernetes", "kube-system,kube-dns"})
    void theApiServersServiceAndTheClustersDnsAreLeftToThePlatform(String namespace, String name) {
        Service service = Service.builder(namespace, name)
                .clusterIp("10.96.0.1")
                .port("https", 443)
                .build();
        Destination destination = Destination.tcp(new ServiceKey(namespace, name), new PortRef.Numbered(443));

        Route route =
                service().declared(new ServiceDeclaration.Present(service)).route(destination);

        assertThat(verdict(route)).isEqualTo("NotProxied LEFT_TO_PLATFORM design 11");
    }

    @Test
    void r4_withoutAFamilyThePrimaryOneIsRouted() {
        Route route = dualStack().route();

        assertThat(backends(route)).containsExactly("[fd00::1]:8080");
        assertThat(route.resolved().family()).isEqualTo(IPV6);
        assertThat(route.resolved().clusterIp()).isEqualTo(IpAddress.parse("fd00:96::1"));
    }

    @Test
    void r4_theOtherFamilyOfADualStackServiceHasItsOwnAddressAndEndpoints() {
        Route route = dualStack().route(IPV4);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
        assertThat(route.resolved().clusterIp()).isEqualTo(IpAddress.parse("10.96.0.1"));
    }

    private static Given dualStack() {
        return service(s -> s.clusterIps(List.of("fd00:96::1", "10.96.0.1")).ipFamilies(IPV6, IPV4))
                .slice(IPV4, List.of(HTTP), ready("10.0.0.1"))
                .slice(IPV6, List.of(HTTP), ready("fd00::1"));
    }

    @Test
    void r4_aFamilyTheServiceLacksIsLeftToThePlatform() {
        Route route = service().slice(IPV6, List.of(HTTP), ready("fd00::1")).route(IPV6);

        assertThat(verdict(route)).isEqualTo("NotProxied NO_VIP_OF_FAMILY R4");
        assertThat(route.text()).contains("IPv6");
    }

    @Test
    void r4_aFamilyBeyondTheClusterIpsIsLeftToThePlatform() {
        Route route = service(s -> s.ipFamilies(IPV4, IPV6)).route(IPV6);

        assertThat(verdict(route)).isEqualTo("NotProxied NO_VIP_OF_FAMILY R4");
    }

    @Test
    void r4_withoutIpFamiliesTheClusterIpDecides() {
        Given given = service(s -> s.clusterIp("fd00:96::1").ipFamilies()).slice(IPV6, List.of(HTTP), ready("fd00::1"));

        assertThat(ips(given.route())).containsExactly("fd00::1");
        assertThat(verdict(given.route(IPV4))).isEqualTo("NotProxied NO_VIP_OF_FAMILY R4");
    }

    @Test
    void r4_anUnreadableClusterIpIsNone() {
        assertThat(verdict(service(s -> s.clusterIp("10.96.0").ipFamilies()).route()))
                .isEqualTo("NotProxied NO_VIP_OF_FAMILY R4");
    }

    @Test
    void r4_aFamilyWithAnAddressAndNoEndpointsIsRejectedWithoutCrossingOver() {
        Route route = service(
                        s -> s.clusterIps(List.of("10.96.0.1", "fd00:96::1")).ipFamilies(IPV4, IPV6))
                .slice(ready("10.0.0.1"))
                .route(IPV6);

        assertThat(verdict(route)).isEqualTo("Reject NO_ENDPOINTS R25");
        assertThat(Given.excluded(route)).containsExactly("10.0.0.1 OTHER_FAMILY");
    }

    @Test
    void r5_undefinedPortIsLeftToThePlatformAndTheTextListsThePortsThereAre() {
        Route route = service(s -> s.port("dns", Protocol.UDP, 53))
                .slice(ready("10.0.0.1"))
                .route(8080);

        assertThat(verdict(route)).isEqualTo("NotProxied UNDEFINED_PORT R5");
        assertThat(route.text())
                .isEqualTo("Service shop/api port 8080 is left to the platform: it has no such port"
                        + " (its ports are http 80/TCP, dns 53/UDP)");
        assertThat(route.resolved().clusterIp()).isEqualTo(IpAddress.parse("10.96.0.1"));
    }

    @Test
    void r5_undefinedPortName() {
        assertThat(verdict(service().route(new PortRef.Named("HTTP")))).isEqualTo("NotProxied UNDEFINED_PORT R5");
    }

    @Test
    void r5_theProtocolIsPartOfThePort() {
        var dns = List.of(new SlicePort("dns", Protocol.UDP, 5353), tcp("dns-tcp", 5354));
        Given given = service(s -> s.port("dns", Protocol.UDP, 53).port("dns-tcp", 53))
                .slice(dns, ready("10.0.0.1"));

        assertThat(backends(given.route(Protocol.UDP, 53))).containsExactly("10.0.0.1:5353");
        assertThat(backends(given.route(Protocol.TCP, 53))).containsExactly("10.0.0.1:5354");
        assertThat(verdict(given.route(Protocol.SCTP, 53))).isEqualTo("NotProxied UNDEFINED_PORT R5");
        assertThat(verdict(given.route(Protocol.UDP, 80))).isEqualTo("NotProxied UNDEFINED_PORT R5");
    }

    @Test
    void r5_resolvedPortIsTheServices() {
        Route route = service().slice(ready("10.0.0.1")).route(80);

        assertThat(route.resolved().port()).isEqualTo(new ServicePort("http", Protocol.TCP, 80));
    }

    @Test
    void r6_whatIsNotSaidHasTheApiServersDefault() {
        Service service = Service.builder("shop", "api").build();

        assertThat(service.type()).isEqualTo(ServiceType.CLUSTER_IP);
        assertThat(service.internalTrafficPolicy()).isEqualTo(TrafficPolicy.CLUSTER);
        assertThat(service.affinityTimeout()).isEmpty();
        assertThat(Service.DEFAULT_AFFINITY_TIMEOUT).isEqualTo(Duration.ofSeconds(10800));
        assertThat(Given.api().build().ports()).containsExactly(new ServicePort("http", Protocol.TCP, 80));
    }

    @Test
    void r19_onlyTheInternalPolicyGovernsClusterIpTraffic() {
        var components = List.of(Service.class.getRecordComponents());

        assertThat(components).extracting("name").contains("internalTrafficPolicy");
        assertThat(components).extracting("name").doesNotContain("externalTrafficPolicy");
    }

    @Test
    void r29_r30_affinityTimeoutIsCarriedAndTheSetIsUnchanged() {
        Duration timeout = Duration.ofSeconds(125);
        Route route = service(s -> s.affinity(timeout))
                .slice(ready("10.0.0.1"), ready("10.0.0.2"))
                .route();

        assertThat(((Route.Backends) route).affinityTimeout()).isEqualTo(Optional.of(timeout));
        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @Test
    void r29_withoutAffinityThereIsNoTimeout() {
        Route route = service().slice(ready("10.0.0.1")).route();

        assertThat(((Route.Backends) route).affinityTimeout()).isEmpty();
    }

    @Test
    void destinationsSayWhatIsMeant() {
        assertThat(new Destination(API, new PortRef.Numbered(53), Protocol.UDP, null))
                .hasToString("Service shop/api port 53/UDP");
        assertThat(Destination.tcp(API, new PortRef.Named(""))).hasToString("Service shop/api port \"\"");
    }
}
