package dev.onehop.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.explain.IptablesRules.Jump;
import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceBuilder;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceDeclaration.Unreadable;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of kube-proxy in iptables mode, to the letter. */
class IptablesRulesTest {

    private static final ServiceKey API = new ServiceKey("shop", "api");

    /** Names from the tests of kube-proxy and from real nodes. */
    @Test
    void chainsAreNamedAsKubeProxyNamesThem() {
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "ns1/svc1:p80", "tcp"))
                .isEqualTo("KUBE-SVC-XPGD46QRK7WJZT7O");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "default/kubernetes:https", "tcp"))
                .isEqualTo("KUBE-SVC-NPX46M4PTMTKRN6Y");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "kube-system/kube-dns:dns", "udp"))
                .isEqualTo("KUBE-SVC-TCOU7JCQXEZGVUNU");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "kube-system/kube-dns:dns-tcp", "tcp"))
                .isEqualTo("KUBE-SVC-ERIFXISQEP7F7OF4");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "default/nginx", "tcp"))
                .isEqualTo("KUBE-SVC-2CMXP7HKUVJN7L6M");
        assertThat(IptablesRules.endpointChain("ns1/svc1:p80", "tcp", "10.180.0.1:80"))
                .isEqualTo("KUBE-SEP-SXIVWICOYRO3J4NJ");
    }

    @Test
    void r27_oneOfTwo() {
        Route route = route(api().port("http", 8080), "http", Protocol.TCP, "10.244.0.18", "10.244.0.16");

        String service = IptablesRules.serviceChain("KUBE-SVC-", "shop/api:http", "tcp");
        String first = IptablesRules.endpointChain("shop/api:http", "tcp", "10.244.0.16:9090");
        String second = IptablesRules.endpointChain("shop/api:http", "tcp", "10.244.0.18:9090");
        assertThat(rules(route))
                .containsExactly(
                        "-A KUBE-SERVICES -m comment --comment \"shop/api:http cluster IP\" -m tcp -p tcp"
                                + " -d 10.96.0.1 --dport 8080 -j " + service,
                        "-A " + service + " -m comment --comment \"shop/api:http -> 10.244.0.16:9090\""
                                + " -m statistic --mode random --probability 0.5000000000 -j " + first,
                        "-A " + service + " -m comment --comment \"shop/api:http -> 10.244.0.18:9090\" -j " + second,
                        "-A " + first + " -m comment --comment \"shop/api:http\" -s 10.244.0.16 -j KUBE-MARK-MASQ",
                        "-A " + first + " -m comment --comment \"shop/api:http\" -m tcp -p tcp -j DNAT"
                                + " --to-destination 10.244.0.16:9090",
                        "-A " + second + " -m comment --comment \"shop/api:http\" -s 10.244.0.18 -j KUBE-MARK-MASQ",
                        "-A " + second + " -m comment --comment \"shop/api:http\" -m tcp -p tcp -j DNAT"
                                + " --to-destination 10.244.0.18:9090");
    }

    @Test
    void r27_endpointsAreInTheOrderOfTheirTextAndEachTakesItsShareOfWhatIsLeft() {
        var route = (Route.Backends) route(api().port("", 80), "", Protocol.TCP, "10.1.0.9", "10.1.0.10", "10.1.0.8");

        assertThat(IptablesRules.jumps(route))
                .containsExactly(jump("10.1.0.10:9090", 1.0 / 3), jump("10.1.0.8:9090", 0.5), jump("10.1.0.9:9090", 1));
        assertThat(IptablesRules.chain(route)).contains(IptablesRules.serviceChain("KUBE-SVC-", "shop/api", "tcp"));
    }

    @Test
    void r30_sessionAffinityAsksAndSetsTheRecentList() {
        ServiceBuilder sticky = api().port("dns", Protocol.UDP, 53).affinity(Duration.ofMinutes(10));

        List<String> rules = rules(route(sticky, "dns", Protocol.UDP, "10.1.0.10", "10.1.0.8"));

        String service = IptablesRules.serviceChain("KUBE-SVC-", "shop/api:dns", "udp");
        String first = IptablesRules.endpointChain("shop/api:dns", "udp", "10.1.0.10:9090");
        assertThat(rules.get(1))
                .isEqualTo("-A " + service + " -m comment --comment \"shop/api:dns -> 10.1.0.10:9090\" -m recent"
                        + " --name " + first + " --rcheck --seconds 600 --reap -j " + first);
        assertThat(rules)
                .contains("-A " + first + " -m comment --comment \"shop/api:dns\" -m recent --name " + first
                        + " --set -m udp -p udp -j DNAT --to-destination 10.1.0.10:9090");
    }

    @Test
    void r25_rejectAndDropAreFilterRules() {
        ServiceBuilder local = api().port("http", 80).internalTrafficPolicy(TrafficPolicy.LOCAL);

        assertThat(IptablesRules.of(route(api().port("", 80), "", Protocol.TCP)))
                .containsExactly(
                        "*filter",
                        "-A KUBE-SERVICES -m comment --comment \"shop/api has no endpoints\" -m tcp -p tcp"
                                + " -d 10.96.0.1 --dport 80 -j REJECT");
        assertThat(rules(route(local, "http", Protocol.TCP, "10.1.0.1@node-b")))
                .containsExactly("-A KUBE-SERVICES -m comment --comment \"shop/api:http has no local endpoints\""
                        + " -m tcp -p tcp -d 10.96.0.1 --dport 80 -j DROP");
    }

    @Test
    void r23_aLocalPolicyHasItsOwnChain() {
        ServiceBuilder local = api().port("http", 80).internalTrafficPolicy(TrafficPolicy.LOCAL);

        assertThat(rules(route(local, "http", Protocol.TCP, "10.1.0.1@node-a")).get(0))
                .contains(" -j KUBE-SVL-");
    }

    @Test
    void ipv6EndpointsAreBracketed() {
        ServiceBuilder six = Service.builder("shop", "api")
                .clusterIps(List.of("fd00:10:96::1"))
                .ipFamilies(AddressFamily.IPV6)
                .port("", 80);

        assertThat(rules(route(six, "", Protocol.TCP, "fd00:244::12")))
                .anyMatch(rule -> rule.endsWith("-j DNAT --to-destination [fd00:244::12]:9090"))
                .anyMatch(rule -> rule.contains(" -s fd00:244::12 "));
    }

    @Test
    void whatIsNotProxiedHasNoRule() {
        assertThat(IptablesRules.of(
                        route(Service.builder("shop", "api").clusterIp("None").port("", 80), "", Protocol.TCP)))
                .singleElement()
                .asString()
                .startsWith("# no rules shown: ");
    }

    @Test
    void whatCannotBeReadHasNoKnownRule() {
        Route route = route(new Unreadable("forbidden"), "http", Protocol.TCP, "10.1.0.1");

        assertThat(IptablesRules.of(route)).singleElement().asString().startsWith("# the Service cannot be read");
        assertThat(IptablesRules.jumps((Route.Backends) route)).isEmpty();
        assertThat(IptablesRules.chain((Route.Backends) route)).isEmpty();
    }

    @Test
    void s01_endpointsThatOnehopRefusesAreMentioned() {
        assertThat(IptablesRules.of(route(api().port("", 80), "", Protocol.TCP, "127.0.0.2")))
                .last()
                .asString()
                .isEqualTo("# 1 with addresses Onehop refuses (S-01) left out: kube-proxy would use them");
    }

    @Test
    void s18_namesDoNotLeaveTheirComment() {
        assertThat(rules(route(api().port("a\" -j x\n\u001b[2J", 80), "a\" -j x\n\u001b[2J", Protocol.TCP, "10.1.0.1")))
                .allSatisfy(rule -> assertThat(rule)
                        .contains("--comment \"shop/api:a? -j x??[2J")
                        .matches("\\P{Cntrl}+"));
    }

    private static Jump jump(String address, double probability) {
        return new Jump(address, IptablesRules.endpointChain("shop/api", "tcp", address), probability);
    }

    private static List<String> rules(Route route) {
        return IptablesRules.of(route).stream()
                .filter(line -> line.startsWith("-A "))
                .toList();
    }

    private static ServiceBuilder api() {
        return Service.builder("shop", "api").clusterIp("10.96.0.1");
    }

    private static Route route(ServiceBuilder service, String port, Protocol protocol, String... endpoints) {
        return route(new Present(service.build()), port, protocol, endpoints);
    }

    /** From node-a, to endpoints on 9090, each {@code ip} or {@code ip@node}. */
    private static Route route(ServiceDeclaration service, String port, Protocol protocol, String... endpoints) {
        AddressFamily family =
                endpoints.length > 0 && endpoints[0].contains(":") ? AddressFamily.IPV6 : AddressFamily.IPV4;
        EndpointSlice slice = EndpointSlice.of(
                API,
                "api-1",
                family,
                List.of(new SlicePort(port, protocol, 9090)),
                Arrays.stream(endpoints).map(IptablesRulesTest::endpoint).toList());
        PortRef asked = service instanceof Present present
                ? new PortRef.Numbered(present.service().ports().get(0).port())
                : new PortRef.Named(port);
        return Route.of(
                new Destination(API, asked, protocol, null),
                service,
                List.of(slice),
                new ClientLocation("node-a", null),
                AddressPolicy.strict());
    }

    private static Endpoint endpoint(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? Endpoint.builder(text).build()
                : Endpoint.builder(text.substring(0, at))
                        .node(text.substring(at + 1))
                        .build();
    }
}
