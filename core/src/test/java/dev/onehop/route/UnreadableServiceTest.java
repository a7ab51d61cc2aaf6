package dev.onehop.route;

import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.backends;
import static dev.onehop.route.Given.built;
import static dev.onehop.route.Given.notReady;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.unreadable;
import static dev.onehop.route.Given.verdict;
import static dev.onehop.service.AddressFamily.IPV4;
import static dev.onehop.service.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.SlicePort;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Slices without their Service: what they tell is used, and what they do not is left to the platform. */
class UnreadableServiceTest {

    @Test
    void aNamedPortIsTheSlicePortOfThatName() {
        Route route = unreadable()
                .slice(List.of(HTTP, tcp("admin", 8081)), ready("10.0.0.1"))
                .route(new PortRef.Named("admin"));

        assertThat(backends(route)).containsExactly("10.0.0.1:8081");
        assertThat(route.resolved().clusterIp()).isNull();
        assertThat(route.resolved().port()).isNull();
        assertThat(((Route.Backends) route).affinityTimeout()).isEmpty();
    }

    @Test
    void aNumberIsTheOnlyPortTheSlicesHave() {
        Route route = unreadable()
                .slice(List.of(tcp("web", 8080)), ready("10.0.0.1"))
                .slice(List.of(tcp("web", 9090)), ready("10.0.0.2"))
                .slice(List.of())
                .route(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.2:9090");
        assertThat(route.resolved().port()).isEqualTo(new ServicePort("web", Protocol.TCP, 80));
    }

    @Test
    void portsOfOtherProtocolsDoNotMakeANumberAmbiguous() {
        var ports = List.of(new SlicePort("dns", Protocol.UDP, 53), tcp("dns-tcp", 53));

        Route route = unreadable().slice(ports, ready("10.0.0.1")).route(Protocol.UDP, 53);

        assertThat(route.resolved().port()).isEqualTo(new ServicePort("dns", Protocol.UDP, 53));
    }

    @Test
    void aNumberAmongSeveralPortsIsLeftToThePlatform() {
        Route route = unreadable()
                .slice(ready("10.0.0.1"))
                .slice(List.of(tcp("admin", 80)), ready("10.0.0.2"))
                .route(80);

        assertThat(verdict(route)).isEqualTo("NotProxied AMBIGUOUS_PORT R5");
        assertThat(route.text()).endsWith("(its slices have ports \"admin\", \"http\")");
    }

    @Test
    void aNumberWithoutAnyPortIsLeftToThePlatform() {
        assertThat(verdict(unreadable().slice(List.of()).route(80))).isEqualTo("NotProxied AMBIGUOUS_PORT R5");
        assertThat(verdict(unreadable().route(80))).isEqualTo("NotProxied AMBIGUOUS_PORT R5");
    }

    @Test
    void aNameNoSliceHasIsLeftToThePlatformAsTheServiceMayHaveIt() {
        Route route = unreadable().slice(ready("10.0.0.1")).route(new PortRef.Named("grpc"));

        assertThat(verdict(route)).isEqualTo("NotProxied SERVICE_UNREADABLE §0");
        assertThat(route.text()).endsWith("(its slices have port \"http\")");
    }

    @Test
    void withoutSlicesNothingIsConcluded() {
        assertThat(verdict(unreadable().route())).isEqualTo("NotProxied SERVICE_UNREADABLE §0");
    }

    @Test
    void slicesOfOthersAndHeadlessOnesTellNothing() {
        var headless =
                new EndpointSlice("shop", "h", "api", true, "IPv4", List.of(HTTP), built(ready("10.0.0.1")), null);
        var foreign = EndpointSlice.of(new ServiceKey("bank", "api"), "f", List.of(HTTP), built(ready("10.0.0.2")));

        assertThat(verdict(unreadable().slice(headless).slice(foreign).route(80)))
                .isEqualTo("NotProxied AMBIGUOUS_PORT R5");
    }

    @Test
    void knownPortWithoutUsableEndpointsIsRejected() {
        assertThat(verdict(unreadable().slice(notReady("10.0.0.1")).route())).isEqualTo("Reject NONE_USABLE R25");
        assertThat(verdict(unreadable().slice().route())).isEqualTo("Reject NO_ENDPOINTS R25");
    }

    @Test
    void ipv4IsTakenIfThereIsASliceOfIt() {
        Given both =
                unreadable().slice(IPV6, List.of(HTTP), ready("fd00::1")).slice(IPV4, List.of(HTTP), ready("10.0.0.1"));
        Given ipv6Alone = unreadable().slice(IPV6, List.of(HTTP), ready("fd00::1"));

        assertThat(backends(both.route())).containsExactly("10.0.0.1:8080");
        assertThat(backends(both.route(IPV6))).containsExactly("[fd00::1]:8080");
        assertThat(backends(ipv6Alone.route())).containsExactly("[fd00::1]:8080");
    }

    @Test
    void evenUnreadableTheClustersDnsIsLeftToThePlatform() {
        var dns = Destination.tcp(new ServiceKey("kube-system", "kube-dns"), new PortRef.Named("dns-tcp"));

        Route route = Given.service()
                .declared(new ServiceDeclaration.Unreadable("forbidden"))
                .route(dns);

        assertThat(verdict(route)).isEqualTo("NotProxied LEFT_TO_PLATFORM design 11");
    }
}
