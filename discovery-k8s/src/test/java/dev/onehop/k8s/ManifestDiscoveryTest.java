package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.DiscoveryContract;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestDiscoveryTest extends DiscoveryContract {

    private static final String SERVICE = """
            apiVersion: v1
            kind: Service
            metadata: {name: api-service, namespace: shop}
            spec: {clusterIP: 10.96.0.1, ports: [{name: http, port: 80}]}
            """;

    @TempDir
    Path folder;

    @Override
    protected Discovery discoveryOf(Service service, List<EndpointSlice> slices) {
        String manifest = ApiObjects.service(service) + "\n"
                + slices.stream()
                        .map(slice -> ApiObjects.slice(slice).toString())
                        .collect(Collectors.joining("\n"));
        return of(manifest);
    }

    @Test
    void aServiceOfAnotherApiGroupIsNoService() {
        var discovery = of(SERVICE + """
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: api-service, namespace: shop}
                """);

        assertThat(discovery.skipped()).isEqualTo(1);
        assertThat(discovery.services()).containsExactly(API);
    }

    @Test
    void severalDocumentsListsAndOtherKindsAreRead() {
        var discovery = of(SERVICE + """
                ---
                ---
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: apps/v1, kind: Deployment, metadata: {name: api}}
                - apiVersion: discovery.k8s.io/v1
                  kind: EndpointSlice
                  metadata: {name: s1, namespace: shop, labels: {kubernetes.io/service-name: api-service}}
                  addressType: IPv4
                  endpoints: [{addresses: [10.0.0.1]}]
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSliceList
                items:
                - metadata: {name: s2, namespace: shop, labels: {kubernetes.io/service-name: api-service}}
                  endpoints: [{addresses: [10.0.0.2]}]
                """);

        assertThat(Rig.addresses(view(discovery, API))).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(discovery.skipped()).isEqualTo(1);
        assertThat(discovery.services()).containsExactly(API);
    }

    @Test
    void jsonOverSeveralLinesWithTabsIsRead() {
        var discovery = of("{\n\t\"kind\": \"ServiceList\",\n\t\"items\": [{\n\t\t\"metadata\": {\"name\": \"a\"}}]}");

        assertThat(discovery.services()).containsExactly(new ServiceKey("default", "a"));
    }

    @Test
    void aliasesOfYamlAreFollowed() {
        var discovery = of("""
                kind: Service
                metadata: {name: api-service, namespace: &ns shop}
                ---
                kind: EndpointSlice
                metadata: &m {name: s1, namespace: shop, labels: {kubernetes.io/service-name: api-service}}
                endpoints: [{addresses: &a [10.0.0.1]}, {addresses: *a, conditions: {ready: false}}]
                """);

        assertThat(((Live) view(discovery, API)).slices().get(0).endpoints())
                .extracting(endpoint -> endpoint.address() + endpoint.isReady())
                .containsExactly("10.0.0.1true", "10.0.0.1false");
    }

    @Test
    void endpointsAreTakenWhereThereAreNoSlices() {
        var discovery = of(SERVICE + """
                ---
                kind: Endpoints
                metadata: {name: api-service, namespace: shop}
                subsets: [{addresses: [{ip: 10.0.0.7}], ports: [{name: http, port: 8080}]}]
                """);

        assertThat(Rig.addresses(view(discovery, API))).containsExactly("10.0.0.7");
    }

    @Test
    void slicesOfAServiceNobodyDeclaredAreSlicesOfAnAbsentService() {
        var discovery = of(ApiObjects.slice("s1", "10.0.0.1").toString());

        Live view = (Live) view(discovery, API);
        assertThat(view.declaration()).isInstanceOf(Absent.class);
        assertThat(view.slices()).hasSize(1);
    }

    @Test
    void theZoneComesFromTheNodeAmongTheObjects() {
        var builder = ManifestDiscovery.builder().stream(
                "nodes", stream(ApiObjects.node("node-a", "zone-a").toString()));

        assertThat(builder.node("node-a").build().location()).isEqualTo(new ClientLocation("node-a", "zone-a"));
        assertThat(builder.node("node-z").build().location()).isEqualTo(new ClientLocation("node-z", null));
    }

    @Test
    void objectsWithoutANamespaceAreInTheDefaultOne() {
        var discovery = ManifestDiscovery.builder().stream("m", stream("{kind: Service, metadata: {name: a}}"))
                .namespace("team")
                .build();

        assertThat(view(discovery, new ServiceKey("team", "a")))
                .isInstanceOfSatisfying(
                        Live.class, live -> assertThat(live.declaration()).isInstanceOf(Present.class));
        assertThat(discovery.namespace()).contains("team");
    }

    @Test
    void oneServiceDeclaredTwiceIsAnErrorThatNamesBothFiles() throws Exception {
        Path first = Files.writeString(folder.resolve("a.yaml"), SERVICE);
        Path second = Files.writeString(folder.resolve("b.yaml"), SERVICE);

        assertThatThrownBy(() -> ManifestDiscovery.of(first, second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Service shop/api-service", "a.yaml", "b.yaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kind: Service\n  metadata: x: y",
                "{\"kind\": \"Service\",, }",
                "just text",
                "- a\n- b",
                "kind: !!javax.script.ScriptEngineManager [a]",
                "a: &a [*a]",
                "\u0000\u0001\u0002",
                "kind: Service\nkind: Service",
                "kind: Service\n\"kind\": Service",
                "kind: *nobody",
                "[kind]: Service",
                "kind: !!set {a}",
                "kind: !!int abc",
            })
    void whatIsNoManifestIsRefusedWithItsSourceAndWithoutItsControlCharacters(String text) {
        assertThatThrownBy(() -> ManifestDiscovery.of("input\u001b[31m", stream(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("manifest input?[31m")
                .hasMessageContaining("expected: Kubernetes objects in YAML or JSON")
                .hasMessageMatching("\\P{Cntrl}+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":", "{a: ", "[", "{? "})
    void s21_nestingIsBoundedInJsonAndYaml(String opening) {
        String closing = opening.startsWith("[") ? "]" : "}";

        assertThatThrownBy(() -> of("{kind: " + opening.repeat(70) + "1" + closing.repeat(70) + "}"))
                .hasMessageContaining("expected: Kubernetes objects in YAML or JSON");
        assertThatThrownBy(() -> of("{\"kind\": " + opening.repeat(70) + "1" + closing.repeat(70) + "}"))
                .hasMessageContaining("expected: Kubernetes objects in YAML or JSON");
        assertThat(of("{kind: X, a: " + "[".repeat(60) + "]".repeat(60) + "}").skipped())
                .isEqualTo(1);
    }

    @Test
    void s21_aliasesCannotNestDeeperThanText() {
        String halves = "kind: X\na: &a " + "[".repeat(40) + "]".repeat(40) + "\nb: ";

        assertThat(of(halves + "*a").skipped()).isEqualTo(1);
        assertThatThrownBy(() -> of(halves + "[".repeat(40) + "*a" + "]".repeat(40)))
                .hasMessageContaining("nested deeper than 64");
    }

    @Test
    void s21_aliasesOfCollectionsAreCounted() {
        String many = "kind: X\na: &a [1]\nt: &t text\nb: [" + "*a, ".repeat(50);

        assertThat(of(many + "*t, *t]").skipped()).isEqualTo(1);
        assertThatThrownBy(() -> of(many + "*a]")).hasMessageContaining("more than 50 aliases");
    }

    @Test
    void s21_listsInListsEnd() {
        var doubled = new StringBuilder("kind: List\nitems:\n- &l0 {kind: X}\n");
        for (int i = 1; i < 6; i++) {
            doubled.append("- &l%d {kind: List, items: [*l%d, *l%d, *l%d]}\n".formatted(i, i - 1, i - 1, i - 1));
        }

        assertThatThrownBy(() -> of(doubled.toString())).hasMessageContaining("lists in lists");
    }

    @Test
    void whatAliasesShareStaysAsItIs() {
        var discovery = ManifestDiscovery.builder().stream("m", stream("""
                        {kind: Service, metadata: &m {name: a}}
                        ---
                        kind: List
                        items:
                        - {kind: Service, metadata: &m {name: b}}
                        - {kind: Endpoints, metadata: *m, subsets: [{addresses: [{ip: 10.0.0.1}]}]}
                        """))
                .namespace("team")
                .build();

        assertThat(discovery.services()).containsExactly(new ServiceKey("team", "a"), new ServiceKey("team", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "0x50", "0o120", "+80", "!!int 80", "\"80\"", "&p 80"})
    void numbersAreThoseOfTheCoreSchema(String port) {
        var discovery = of("{kind: Service, metadata: {name: a}, spec: {ports: [{port: " + port + "}]}}");

        assertThat(service(discovery, "a").ports())
                .extracting(ServicePort::port)
                .containsExactly(80);
    }

    @Test
    void textIsWhatYamlSaysIsText() {
        var discovery = of("""
                kind: Service
                metadata: {name: a}
                spec: {ports: [{port: 1, name: 'true'}, {port: 2, name: !!str 7}, {port: 3, name: ~}, {port: 4, name: 1.0}]}
                """);

        assertThat(service(discovery, "a").ports())
                .extracting(ServicePort::name)
                .containsExactly("true", "7", "", "1.0");
    }

    @Test
    void aFieldNobodyReadsMayBeOfAnyType() {
        var discovery = of("{kind: Service, metadata: {name: a, creationTimestamp: {}}, spec: {ports: [{port: 1,"
                + " nodePort: [], targetPort: {}}]}}");

        assertThat(service(discovery, "a").ports()).hasSize(1);
    }

    @Test
    void thePlaceOfAMistakeIsNamed() {
        assertThatThrownBy(() -> of("kind: Service\nmetadata: [unclosed\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 3, column 1");
    }

    @Test
    void anObjectThatDoesNotFitItsKindIsNamed() {
        assertThatThrownBy(() -> of("{kind: Service, metadata: {name: a, namespace: b}, spec: {ports: [{port: [1]}]}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Service b/a does not fit its kind");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> ManifestDiscovery.of(folder.resolve("missing.yaml")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing.yaml: cannot be read");
    }

    private static Service service(Discovery discovery, String name) {
        var live = (Live) view(discovery, new ServiceKey("default", name));
        return ((Present) live.declaration()).service();
    }

    private static ManifestDiscovery of(String manifest) {
        return ManifestDiscovery.of("test", stream(manifest));
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ServiceView view(Discovery discovery, ServiceKey key) {
        var view = new AtomicReference<ServiceView>();
        discovery.subscribe(key, view::set);
        return view.get();
    }
}
