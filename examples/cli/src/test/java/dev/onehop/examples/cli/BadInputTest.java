package dev.onehop.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and files get wrong: an exit code and one clear line, never a stack trace. */
class BadInputTest {

    private static final String FIGURE = Run.resource("figure.yaml");
    private static final String HOSTILE = "\\u001b[2Jevil\\r\\n[ERROR]\\u0085\\u202e\\u007fx";

    @TempDir
    Path folder;

    private Run run = new Run(0, "", "");

    @AfterEach
    void thereIsNoStackTraceAndNothingRaw() {
        assertThat(run.err())
                .doesNotContain("\tat ", "Exception")
                .doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]");
        assertThat(run.out()).doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api",
                "api:",
                "api:0",
                "api:70000",
                "api:-1",
                ":80",
                "a_b:80",
                "api.:80:80",
                "api.shop.com:80",
                "api:80/ICMP",
                "\u001b[31m:80"
            })
    void whatNamesNoServicePortIsBadUsage(String service) {
        run = Run.of("explain", service, "--manifests", FIGURE);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("expected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--protocol ICMP",
                "--family IPv5",
                "-o xml",
                "-o json --iptables",
                "--namespace a/b",
                "--timeout soon",
                "--nonsense",
                "--kubeconfig k"
            })
    void badOptionsAreBadUsage(String options) {
        String[] given = ("explain api-service:8080 --manifests " + FIGURE + " " + options).split(" ");

        run = Run.of(given);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void noServicePortIsBadUsage() {
        run = Run.of("explain", "--manifests", FIGURE);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("no Service port given");
    }

    @Test
    void noCommandShowsTheUsage() {
        run = Run.of();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("explain", "watch");
    }

    @Test
    void helpIsNoError() {
        run = Run.of("explain", "--help");

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("--manifests", "--iptables", "--zone");
    }

    @Test
    void aMissingFileIsNamed() {
        run = Run.of(
                "explain",
                "api:80",
                "--manifests",
                folder.resolve("nowhere.yaml").toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("nowhere.yaml", "does not exist");
    }

    @Test
    void aFolderIsNoManifest() {
        run = Run.of("explain", "api:80", "--manifests", folder.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("cannot be read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hello", "- 1\n- 2", "{", "a: [", "foo: bar", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}"
            })
    void aFileWithoutKubernetesObjectsIsUnusable(String text) throws Exception {
        run = Run.of("explain", "api:80", "--manifests", write(text));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("manifest", "expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n  \n"})
    void emptyStandardInputIsSaid(String input) {
        run = Run.withInput(input, "explain", "api:80", "--manifests", "-");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("standard input", "is empty");
    }

    @Test
    void standardInputTwiceIsBadUsage() {
        run = Run.withInput("{}", "explain", "api:80", "--manifests", "-", "-");

        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void otherKindsAreSkippedAndCounted() throws Exception {
        String others = write("""
                {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
                ---
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}
                """);

        run = Run.of("explain", "api-service:8080", "--manifests", FIGURE, others);

        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("2 objects in the manifests skipped");
        assertThat(run.out()).doesNotContain("skipped");
    }

    @Test
    void oneServiceInTwoFilesIsAnError() throws Exception {
        run = Run.of("explain", "api-service:8080", "--manifests", FIGURE, write(Files.readString(Path.of(FIGURE))));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("Service shop/api-service", "expected: once");
    }

    @Test
    void aServiceThatIsNotThereIsNotFound() {
        run = Run.of("explain", "nobody:80", "--manifests", FIGURE);

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Service default/nobody is not in");
    }

    @Test
    void anEmptyListHasNoService() throws Exception {
        run = Run.of("explain", "api:80", "--manifests", write("{apiVersion: v1, kind: List, items: []}"));

        assertThat(run.code()).isEqualTo(3);
    }

    @Test
    void slicesWithoutTheirServiceAreSaidToBe() throws Exception {
        run = Run.of("explain", "api:80", "-n", "shop", "--manifests", write(slice("shop", "10.0.0.1", "p", "http")));

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("its EndpointSlices are, so get services as well");
    }

    @Test
    void r7_slicesOfAnotherNamespaceAreNotUsedAndSaidToBeThere() throws Exception {
        run = Run.of(
                "explain",
                "api:80",
                "--manifests",
                write(service("http") + "---\n" + slice("other", "10.0.0.1", "p", "http")));

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("REJECT [R25]").doesNotContain("10.0.0.1");
        assertThat(run.err()).contains("are in namespace other");
    }

    @Test
    void s18_hostileNamesNeverReachTheTerminalRaw() throws Exception {
        String manifest = write(service(HOSTILE) + "---\n" + slice("shop", HOSTILE, HOSTILE, HOSTILE) + "---\n"
                + slice("shop", "10.0.0.1", HOSTILE, HOSTILE).replace("api-1", "api-2"));

        run = Run.of("explain", "api:80", "--iptables", "--manifests", manifest);

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("?[2Jevil??[ERROR]???x").doesNotContain("\u202e");
    }

    @Test
    void s18_hostileNamesAreEscapedInJson() throws Exception {
        String manifest = write(service("http") + "---\n" + slice("shop", "10.0.0.1", HOSTILE, "http"));

        run = Run.of("explain", "api:80", "-o", "json", "--manifests", manifest);

        assertThat(run.out())
                .contains("\\u001B[2Jevil\\r\\n[ERROR]\\u0085\\u202E\\u007fx")
                .hasLineCount(1);
        assertThat(run.json().at("/backends/0/pod").asText()).isEqualTo("\u001b[2Jevil\r\n[ERROR]\u0085\u202e\u007fx");
    }

    @Test
    void s18_hostileNamesInErrorsAreHarmless() throws Exception {
        String twice = write("{\"kind\":\"Service\",\"metadata\":{\"name\":\"" + HOSTILE + "\"}}\n".repeat(1)
                + "{\"kind\":\"Service\",\"metadata\":{\"name\":\"" + HOSTILE + "\"}}");

        run = Run.of("explain", "api:80", "--manifests", twice);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
    }

    private static String service(String portName) {
        return """
                {apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop},
                 spec: {clusterIP: 10.96.0.1, ports: [{port: 80, name: "%s"}]}}
                """.formatted(portName);
    }

    private static String slice(String namespace, String address, String pod, String portName) {
        return """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                 metadata: {name: api-1, namespace: %s, labels: {kubernetes.io/service-name: api}},
                 endpoints: [{addresses: ["%s"], targetRef: {kind: Pod, name: "%s"}, zone: "%s"}],
                 ports: [{port: 8080, name: "%s"}]}
                """.formatted(namespace, address, pod, pod, portName);
    }

    private String write(String text) throws Exception {
        return Files.writeString(folder.resolve("manifest-" + text.hashCode() + ".yaml"), text)
                .toString();
    }
}
