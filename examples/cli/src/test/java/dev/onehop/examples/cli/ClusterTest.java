package dev.onehop.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.Recording;
import dev.onehop.k8s.fake.SeenRequest;
import dev.onehop.k8s.fake.Verb;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code explain} and {@code watch} by a kubeconfig, against an API server in this process. */
class ClusterTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private FakeApiServer server;
    private String kubeconfig;

    @BeforeEach
    void start() throws Exception {
        server = FakeApiServer.builder().tls().token("s3cret").start();
        server.apply(Files.readString(Path.of(Run.resource("figure.yaml"))));
        kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig())
                .toString();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theClusterIsExplainedAsItsManifestIs() {
        JsonNode online = explain("api-service.shop:8080", "-o", "json").json();
        JsonNode offline = Run.of(
                        "explain", "api-service.shop:8080", "-o", "json", "--manifests", Run.resource("figure.yaml"))
                .json();

        assertThat(online.at("/backends")).isEqualTo(offline.at("/backends"));
        assertThat(online.at("/excluded")).isEqualTo(offline.at("/excluded"));
        assertThat(online.at("/reason")).isEqualTo(offline.at("/reason"));
        assertThat(online.at("/view/state").asText()).isEqualTo("live");
        assertThat(online.at("/view/ageMillis").asLong()).isBetween(0L, SOON.toMillis());
    }

    @Test
    void aRecordedClusterIsExplained() throws Exception {
        try (FakeApiServer recorded = FakeApiServer.start();
                InputStream in = Objects.requireNonNull(
                        FakeApiServer.class.getResourceAsStream("/recordings/rolling-update.jsonl.gz"))) {
            recorded.load(Recording.load(in));
            kubeconfig = Files.writeString(folder.resolve("recorded"), recorded.kubeconfig())
                    .toString();

            Run run = explain("api-service.shop:http", "-o", "json");

            assertThat(run.json().at("/verdict").asText()).isEqualTo("backends");
            assertThat(run.json().at("/backends").findValuesAsText("zone")).contains("zone-a", "zone-b");
        }
    }

    @Test
    void theKubeconfigsNamespaceIsTheDefault() {
        Run run = explain("api-service:8080");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("Service default/api-service");
        assertThat(explain("api-service:8080", "-n", "shop").code()).isZero();
    }

    @Test
    void theZoneOfTheNodeIsAskedFor() {
        server.update("endpointslices", "shop", "api-service-7xk2p", slice -> {
            hint(slice, 0, "zone-a");
            hint(slice, 1, "zone-b");
        });

        JsonNode json = explain("api-service.shop:8080", "--node", "minikube", "-o", "json")
                .json();

        assertThat(json.at("/backends").findValuesAsText("address")).containsExactly("10.244.0.18:8080");
        assertThat(json.at("/reason").asText()).contains("hinted to this zone");
    }

    @Test
    void aServiceThatIsNotThereIsNotFound() {
        Run run = explain("nobody.shop:80");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).isEqualTo("onehop: Service shop/nobody is not in the cluster\n");
    }

    @Test
    void withoutAccessTheRoleToApplyIsShown() {
        server.faults().deny(Verb.LIST, "services");
        server.faults().deny(Verb.LIST, "endpointslices");
        server.faults().deny(Verb.LIST, "endpoints");

        Run run = explain("api-service.shop:8080");

        assertThat(run.code()).isEqualTo(4);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("403", "kind: Role", "namespace: shop", "resources: [\"endpointslices\"]")
                .contains("verbs: [\"list\", \"watch\"]")
                .doesNotContain("s3cret");
    }

    @Test
    void withoutTheServiceAnAmbiguousPortNeedsTheRole() {
        server.faults().deny(Verb.LIST, "services");

        Run byUnknownName = explain("api-service.shop:grpc");
        Run byName = explain("api-service.shop:http", "--iptables");

        assertThat(byUnknownName.code()).isEqualTo(4);
        assertThat(byUnknownName.err()).contains("kind: Role");
        assertThat(byName.code()).isZero();
        assertThat(byName.err()).contains("the Service cannot be read");
        assertThat(byName.out()).contains("10.244.0.16:8080", "ClusterIP unknown", "the rules, are not known");
    }

    @Test
    void credentialsThatAreRefusedAreNoAccess() {
        server.faults().rotateToken("other");

        Run run = explain("api-service.shop:8080");

        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("does not accept these credentials").doesNotContain("s3cret");
    }

    @Test
    void anApiServerThatIsAwayIsOneLine() {
        server.down();

        Run run = explain("api-service.shop:8080");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("gave no answer", "cannot connect");
        server.up();
    }

    @Test
    void aKubeconfigThatIsNotThereIsBadUsage() {
        kubeconfig = folder.resolve("nowhere").toString();

        Run run = explain("api-service.shop:8080");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("does not exist");
    }

    @Test
    void r46_watchTellsOfAChangeAndItsLatency() throws Exception {
        var out = new ByteArrayOutputStream();
        var printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        CompletableFuture<Integer> watching = CompletableFuture.supplyAsync(() -> OnehopCommand.run(
                InputStream.nullInputStream(),
                printed,
                printed,
                "watch",
                "api-service.shop:8080",
                "--kubeconfig",
                kubeconfig,
                "--for",
                "4s"));
        await().atMost(SOON).until(() -> out.toString(StandardCharsets.UTF_8).contains("view live"));

        server.update("endpointslices", "shop", "api-service-7xk2p", slice -> {
            slice.withObject("/metadata/annotations")
                    .put(
                            "endpoints.kubernetes.io/last-change-trigger-time",
                            Instant.now().toString());
            ((ArrayNode) slice.get("endpoints")).remove(1);
            ((ObjectNode) slice.at("/endpoints/1/conditions"))
                    .put("ready", true)
                    .put("serving", true);
        });

        await().atMost(SOON).until(() -> out.toString(StandardCharsets.UTF_8).contains("removed"));
        server.delete("services", "shop", "api-service");

        assertThat(watching.get()).isZero();
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines.get(0)).contains("view live", "eligible 2: api-server-26psx, api-server-nlj5w");
        assertThat(lines.get(1))
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z  .*")
                .contains("api-server-x9r4t not ready -> ready")
                .contains("eligible 3: api-server-26psx, api-server-nlj5w, api-server-x9r4t")
                .containsPattern("\\| +-?\\d+ ms after the change");
        assertThat(lines.get(2)) // a quarter of a second later: it had not been terminating
                .contains("removed api-server-26psx", "eligible 2: api-server-nlj5w, api-server-x9r4t");
        assertThat(lines.get(3)).contains("Z  Service deleted  |  eligible 0: not-proxied");
        assertThat(lines).hasSize(4);
    }

    @Test
    void watchListsEverythingOnce() {
        Run run = Run.of("watch", "api-service.shop:8080", "--kubeconfig", kubeconfig, "--for", "500ms");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("view live");
        assertThat(server.requests().stream()
                        .filter(request -> request.verb() == Verb.LIST)
                        .map(SeenRequest::resource))
                .containsExactlyInAnyOrder("services", "endpointslices");
    }

    @Test
    void watchNeedsANodesName() {
        Run run = Run.of("watch", "api-service.shop:8080", "--kubeconfig", kubeconfig, "--node", "");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--node: empty");
    }

    @Test
    void watchingAServiceThatIsNotThereEndsAtOnce() {
        Run run = Run.of("watch", "nobody.shop:80", "--kubeconfig", kubeconfig);

        assertThat(run.code()).isEqualTo(3);
    }

    private static void hint(ObjectNode slice, int endpoint, String zone) {
        ((ObjectNode) slice.at("/endpoints/" + endpoint))
                .putObject("hints")
                .putArray("forZones")
                .addObject()
                .put("name", zone);
    }

    private Run explain(String service, String... more) {
        var arguments = new ArrayList<>(List.of("explain", service, "--kubeconfig", kubeconfig));
        arguments.addAll(List.of(more));
        return Run.of(arguments.toArray(new String[0]));
    }
}
