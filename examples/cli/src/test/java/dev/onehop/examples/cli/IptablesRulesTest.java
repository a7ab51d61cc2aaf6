package dev.onehop.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of kube-proxy in iptables mode, to the letter. */
class IptablesRulesTest {

    private static final String MANY = Run.resource("many.yaml");

    /** Names from the tests of kube-proxy and from real nodes. */
    @Test
    void chainsAreNamedAsKubeProxyNamesThem() {
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "ns1/svc1:p80", "tcp"))
                .isEqualTo("KUBE-SVC-XPGD46QRK7WJZT7O");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "default/kubernetes:https", "tcp"))
                .isEqualTo("KUBE-SVC-NPX46M4PTMTKRN6Y");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "kube-system/kube-dns:dns", "udp"))
                .isEqualTo("KUBE-SVC-TCOU7JCQXEZGVUNU");
        assertThat(IptablesRules.serviceChain("KUBE-SVC-", "default/nginx", "tcp"))
                .isEqualTo("KUBE-SVC-2CMXP7HKUVJN7L6M");
        assertThat(IptablesRules.endpointChain("ns1/svc1:p80", "tcp", "10.180.0.1:80"))
                .isEqualTo("KUBE-SEP-SXIVWICOYRO3J4NJ");
    }

    @Test
    void r27_theFiguresRules() {
        List<String> rules = rules("api-service.shop:8080", Run.resource("figure.yaml"));

        String service = IptablesRules.serviceChain("KUBE-SVC-", "shop/api-service:http", "tcp");
        String first = IptablesRules.endpointChain("shop/api-service:http", "tcp", "10.244.0.16:8080");
        String second = IptablesRules.endpointChain("shop/api-service:http", "tcp", "10.244.0.18:8080");
        assertThat(rules)
                .containsExactly(
                        "-A KUBE-SERVICES -m comment --comment \"shop/api-service:http cluster IP\" -m tcp -p tcp"
                                + " -d 10.96.123.45 --dport 8080 -j " + service,
                        "-A " + service + " -m comment --comment \"shop/api-service:http -> 10.244.0.16:8080\""
                                + " -m statistic --mode random --probability 0.5000000000 -j " + first,
                        "-A " + service + " -m comment --comment \"shop/api-service:http -> 10.244.0.18:8080\" -j "
                                + second,
                        "-A " + first + " -m comment --comment \"shop/api-service:http\" -s 10.244.0.16"
                                + " -j KUBE-MARK-MASQ",
                        "-A " + first + " -m comment --comment \"shop/api-service:http\" -m tcp -p tcp -j DNAT"
                                + " --to-destination 10.244.0.16:8080",
                        "-A " + second + " -m comment --comment \"shop/api-service:http\" -s 10.244.0.18"
                                + " -j KUBE-MARK-MASQ",
                        "-A " + second + " -m comment --comment \"shop/api-service:http\" -m tcp -p tcp -j DNAT"
                                + " --to-destination 10.244.0.18:8080");
    }

    @Test
    void r27_endpointsAreInTheOrderOfTheirText() {
        assertThat(rules("sticky.shop:53/UDP", MANY).stream()
                        .filter(rule -> rule.contains("KUBE-SVC-") && rule.contains("->") && !rule.contains("recent"))
                        .map(rule -> rule.replaceAll(".*-> ([^\"]*)\"(?:.*probability ([0-9.]+))?.*", "$1 $2")))
                .containsExactly("10.1.0.10:5353 0.3333333333", "10.1.0.8:5353 0.5000000000", "10.1.0.9:5353 ");
    }

    @Test
    void r30_sessionAffinityAsksAndSetsTheRecentList() {
        List<String> rules = rules("sticky.shop:53/UDP", MANY);

        String service = IptablesRules.serviceChain("KUBE-SVC-", "shop/sticky:dns", "udp");
        String first = IptablesRules.endpointChain("shop/sticky:dns", "udp", "10.1.0.10:5353");
        assertThat(rules.get(1))
                .isEqualTo("-A " + service + " -m comment --comment \"shop/sticky:dns -> 10.1.0.10:5353\" -m recent"
                        + " --name " + first + " --rcheck --seconds 600 --reap -j " + first);
        assertThat(rules)
                .contains("-A " + first + " -m comment --comment \"shop/sticky:dns\" -m recent --name " + first
                        + " --set -m udp -p udp -j DNAT --to-destination 10.1.0.10:5353");
    }

    @Test
    void r25_rejectAndDropAreFilterRules() {
        assertThat(rules("empty.shop:80", MANY))
                .containsExactly("-A KUBE-SERVICES -m comment --comment \"shop/empty has no endpoints\" -m tcp -p tcp"
                        + " -d 10.96.0.2 --dport 80 -j REJECT");
        assertThat(rules("local.shop:80", MANY, "--node", "node-a"))
                .containsExactly(
                        "-A KUBE-SERVICES -m comment --comment \"shop/local:http has no local endpoints\" -m tcp -p tcp"
                                + " -d 10.96.0.1 --dport 80 -j DROP");
    }

    @Test
    void r23_aLocalPolicyHasItsOwnChain() {
        assertThat(rules("local.shop:80", MANY, "--node", "node-b").get(0)).contains(" -j KUBE-SVL-");
    }

    @Test
    void ipv6EndpointsAreBracketed() {
        assertThat(rules("dual.shop:80", MANY, "--family", "IPv6"))
                .anyMatch(rule -> rule.endsWith("-j DNAT --to-destination [fd00:244::12]:8080"))
                .anyMatch(rule -> rule.contains(" -s fd00:244::12 "));
    }

    @Test
    void whatIsNotProxiedHasNoRule() {
        assertThat(rules("headless.shop:80", MANY)).isEmpty();
    }

    @Test
    void s01_endpointsThatOnehopRefusesAreMentioned() {
        Run run = Run.of("explain", "loopback.shop:80", "--iptables", "--manifests", MANY);

        assertThat(run.out()).contains("# 1 with addresses Onehop refuses (S-01) left out");
    }

    private static List<String> rules(String service, String manifest, String... more) {
        var arguments = new ArrayList<>(List.of("explain", service, "--iptables", "--manifests", manifest));
        arguments.addAll(List.of(more));
        Run run = Run.of(arguments.toArray(new String[0]));
        assertThat(run.code()).as(run.err()).isZero();
        return run.lines().stream()
                .map(String::strip)
                .filter(line -> line.startsWith("-A "))
                .toList();
    }
}
