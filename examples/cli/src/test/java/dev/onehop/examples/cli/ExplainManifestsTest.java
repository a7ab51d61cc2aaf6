package dev.onehop.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code explain --manifests -o json}: the schema of docs/cli.md, and the verdicts. */
class ExplainManifestsTest {

    private static final String FIGURE = Run.resource("figure.yaml");
    private static final String MANY = Run.resource("many.yaml");

    @TempDir
    Path folder;

    @Test
    void theFigureAsJsonFieldByField() throws Exception {
        Run run = Run.of("explain", "api-service.shop:8080", "--manifests", FIGURE, "-o", "json");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.json()).isEqualTo(new ObjectMapper().readTree("""
                {"service":"shop/api-service","port":8080,"protocol":"TCP","family":"IPv4","verdict":"backends",
                 "reason":"Service shop/api-service port 8080 goes to 2 endpoints, all ready ones (2 ready, 1 not ready, 0 terminating)",
                 "backends":[
                  {"address":"10.244.0.16:8080","pod":"api-server-26psx","node":"minikube","zone":"zone-a","probability":0.5},
                  {"address":"10.244.0.18:8080","pod":"api-server-nlj5w","node":"minikube","zone":"zone-a","probability":0.5}],
                 "excluded":[{"address":"10.244.0.19:8080","reason":"it is not ready","rule":"R20"}],
                 "view":{"state":"live","ageMillis":0}}"""));
    }

    @Test
    void fieldsComeInTheDocumentedOrder() {
        JsonNode json = json("api-service.shop:8080", FIGURE);

        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactly(
                        "service", "port", "protocol", "family", "verdict", "reason", "backends", "excluded", "view");
    }

    @Test
    void absentNamesAreNull() {
        JsonNode backend = json("dual.shop:80", MANY).at("/backends/0");

        assertThat(backend.at("/pod").isNull()).isTrue();
        assertThat(backend.at("/node").isNull()).isTrue();
        assertThat(backend.at("/zone").isNull()).isTrue();
    }

    @Test
    void aPortByNameIsReportedByNumber() {
        assertThat(json("api-service.shop:http", FIGURE).at("/port").asInt()).isEqualTo(8080);
    }

    @Test
    void r5_aPortTheServiceDoesNotHaveIsNotProxied() {
        JsonNode byNumber = json("api-service.shop:81", FIGURE);
        JsonNode byName = json("api-service.shop:grpc", FIGURE);

        assertThat(byNumber.at("/verdict").asText()).isEqualTo("not-proxied");
        assertThat(byNumber.at("/port").asInt()).isEqualTo(81);
        assertThat(byNumber.at("/reason").asText()).contains("its ports are http 8080/TCP");
        assertThat(byName.at("/port").isNull()).isTrue();
    }

    @Test
    void r4_familiesDoNotMixAndIpv6IsBracketed() {
        JsonNode first = json("dual.shop:80", MANY);
        JsonNode second = json("dual.shop:80", MANY, "--family", "IPv6");

        assertThat(addresses(first)).containsExactly("10.1.0.4:8080");
        assertThat(second.at("/family").asText()).isEqualTo("IPv6");
        assertThat(addresses(second)).containsExactly("[fd00:244::12]:8080");
        assertThat(second.at("/excluded/0/rule").asText()).isEqualTo("R9");
    }

    @Test
    void r4_aServiceWithBothFamiliesSaysThatThereIsAnother() {
        Run both = Run.of("explain", "dual.shop:80", "--manifests", MANY);
        Run asked = Run.of("explain", "dual.shop:80", "--family", "IPv6", "--manifests", MANY);

        assertThat(both.err()).contains("also has an IPv6 address").contains("--family IPv6");
        assertThat(asked.err()).isEmpty();
    }

    @Test
    void r4_aFamilyTheServiceLacksIsNotProxied() {
        JsonNode json = json("empty.shop:80", MANY, "--family", "ipv6");

        assertThat(json.at("/verdict").asText()).isEqualTo("not-proxied");
        assertThat(json.at("/family").asText()).isEqualTo("IPv6");
    }

    @Test
    void r1r2r3_whatKubeProxySkipsIsNotProxied() {
        for (String name : List.of("headless", "elsewhere", "foreign")) {
            assertThat(json(name + ".shop:80", MANY).at("/verdict").asText())
                    .as(name)
                    .isEqualTo("not-proxied");
        }
    }

    @Test
    void r2_aHeadlessServiceIsBalancedForThoseWhoAsk() {
        JsonNode json = json("headless.shop:80", MANY, "--headless");

        assertThat(json.at("/verdict").asText()).isEqualTo("backends");
        assertThat(addresses(json)).containsExactly("10.244.9.1:8080");
        assertThat(json.at("/excluded/0/rule").asText()).isEqualTo("R2");
        assertThat(Run.of("explain", "headless.shop:80", "--headless", "--manifests", MANY)
                        .out())
                .contains("no ClusterIP: headless")
                .contains("Onehop picks the only one")
                .contains("10.244.9.1:8080")
                .doesNotContain("null");
    }

    @Test
    void r25_noEndpointsAnywhereIsReject() {
        assertThat(json("empty.shop:80", MANY, "--node", "node-a")
                        .at("/verdict")
                        .asText())
                .isEqualTo("reject");
    }

    @Test
    void r25_endpointsOnlyOnOtherNodesIsDrop() {
        JsonNode json = json("local.shop:80", MANY, "--node", "node-a");

        assertThat(json.at("/verdict").asText()).isEqualTo("drop");
        assertThat(json.at("/excluded/0/rule").asText()).isEqualTo("R23");
    }

    @Test
    void r23_anEndpointOnOurNodeIsUsed() {
        assertThat(addresses(json("local.shop:80", MANY, "--node", "node-b"))).containsExactly("10.1.0.1:8080");
    }

    @Test
    void r16_anUnknownNodeIsNotOneWithoutEndpoints() {
        assertThat(json("local.shop:80", MANY).at("/verdict").asText()).isEqualTo("not-proxied");
        assertThat(json("local.shop:80", MANY, "--node", "").at("/verdict").asText())
                .isEqualTo("drop");
    }

    @Test
    void r21_zoneHintsAreHonouredWhenTheZoneIsSaid() {
        assertThat(addresses(json("zoned.shop:80", MANY))).hasSize(2);
        assertThat(addresses(json("zoned.shop:80", MANY, "--zone", ""))).hasSize(2);
        assertThat(addresses(json("zoned.shop:80", MANY, "--zone", "zone-b"))).containsExactly("10.1.0.12:8080");
    }

    @Test
    void r48_theZoneOfANodeInTheManifestsIsKnown() throws Exception {
        String node = write("nodes.yaml", """
                {apiVersion: v1, kind: Node, metadata: {name: n, labels: {topology.kubernetes.io/zone: zone-a}}}""");

        Run run = Run.of(
                "explain",
                "zoned.shop:80",
                "--manifests",
                MANY,
                node,
                "--node",
                "n",
                "-o",
                "json",
                "--protocol",
                "tcp");

        assertThat(addresses(run.json())).containsExactly("10.1.0.11:8080");
    }

    @Test
    void r11_protocolsAreDifferentPorts() {
        assertThat(json("sticky.shop:53", MANY).at("/verdict").asText()).isEqualTo("not-proxied");
        assertThat(addresses(json("sticky.shop:53", MANY, "--protocol", "UDP")))
                .containsExactly("10.1.0.10:5353", "10.1.0.8:5353", "10.1.0.9:5353");
        assertThat(addresses(json("sticky.shop:53/udp", MANY))).hasSize(3);
    }

    @Test
    void s01_loopbackIsLeftOutUnlessAllowed() {
        JsonNode strict = json("loopback.shop:80", MANY);
        JsonNode allowed = json("loopback.shop:80", MANY, "--allow-loopback");

        assertThat(strict.at("/verdict").asText()).isEqualTo("reject");
        assertThat(strict.at("/excluded/0/rule").asText()).isEqualTo("S-01");
        assertThat(addresses(allowed)).containsExactly("127.0.0.2:8080");
    }

    @Test
    void s01_thePictureSaysHowLoopbackIsTaken() {
        assertThat(Run.of("explain", "loopback.shop:80", "--manifests", MANY).out())
                .contains("are taken with --allow-loopback");
        assertThat(Run.of("explain", "local.shop:80", "--node", "n", "--manifests", MANY)
                        .out())
                .doesNotContain("--allow-loopback");
    }

    @Test
    void r27_theRulesOfKubeProxyAreShownOnRequest() {
        Run without = Run.of("explain", "sticky.shop:53/UDP", "--manifests", MANY);
        Run with = Run.of("explain", "sticky.shop:53/UDP", "--manifests", MANY, "--iptables");

        assertThat(without.out()).doesNotContain("-A KUBE-SERVICES");
        assertThat(with.out())
                .startsWith(without.out())
                .contains("-A KUBE-SERVICES", "-> 10.1.0.10:5353", "--probability 0.3333333333", "--rcheck");
    }

    @Test
    void listsOfTheApiItselfAreRead() throws Exception {
        String services = write("services.json", """
                {"kind":"ServiceList","apiVersion":"v1","items":[{"metadata":{"name":"api","namespace":"shop"},
                 "spec":{"clusterIP":"10.96.1.1","ports":[{"port":80}]}}]}""");
        String slices = write("slices.json", """
                {"kind":"EndpointSliceList","apiVersion":"discovery.k8s.io/v1","items":[{"addressType":"IPv4",
                 "metadata":{"name":"a","namespace":"shop","labels":{"kubernetes.io/service-name":"api"}},
                 "endpoints":[{"addresses":["10.0.0.1"]}],"ports":[{"port":8080}]}]}""");

        Run run = Run.of("explain", "api:80", "--manifests", services, "--manifests", slices, "-o", "json");

        assertThat(addresses(run.json())).containsExactly("10.0.0.1:8080");
    }

    @Test
    void standardInputIsReadForADash() throws Exception {
        Run run = Run.withInput(
                Files.readString(Path.of(FIGURE)), "explain", "api-service:8080", "--manifests", "-", "-o", "json");

        assertThat(addresses(run.json())).hasSize(2);
    }

    @Test
    void theServiceMayComeLast() throws Exception {
        Run run = Run.of("explain", "-o", "json", "--manifests", FIGURE, MANY, "api-service:8080");

        assertThat(addresses(run.json())).hasSize(2);
    }

    @Test
    void theFullDnsNameInAnyCaseWillDo() {
        assertThat(addresses(json("API-Service.shop.svc.cluster.local.:8080", FIGURE)))
                .hasSize(2);
    }

    @Test
    void withoutANamespaceTheOnlyOneIsMeant() {
        assertThat(json("api-service:8080", FIGURE).at("/service").asText()).isEqualTo("shop/api-service");
    }

    @Test
    void aNameInSeveralNamespacesMeansDefault() throws Exception {
        String two = write("two.yaml", """
                {apiVersion: v1, kind: Service, metadata: {name: a, namespace: x}, spec: {clusterIP: 10.0.0.1}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: a, namespace: y}, spec: {clusterIP: 10.0.0.2}}
                """);

        Run run = Run.of("explain", "a:80", "--manifests", two);

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("Service default/a", "in namespace x, y");
        assertThat(Run.of("explain", "a:80", "-n", "y", "--manifests", two).out())
                .contains("Service y/a");
    }

    private static JsonNode json(String service, String manifest, String... more) {
        var arguments = new ArrayList<>(List.of("explain", service, "-o", "json", "--manifests", manifest));
        arguments.addAll(List.of(more));
        Run run = Run.of(arguments.toArray(new String[0]));
        assertThat(run.code()).as(run.err()).isZero();
        return run.json();
    }

    private static List<String> addresses(JsonNode json) {
        return json.at("/backends").findValuesAsText("address");
    }

    private String write(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text).toString();
    }
}
