package dev.onehop.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Skipped where there is no kubectl on the PATH. */
class KubectlTest {
    @TempDir
    Path home;

    private FakeApiServer server;

    @BeforeEach
    void start() throws IOException {
        assumeThat(Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl"))))
                .as("kubectl on the PATH")
                .isTrue();
        server = FakeApiServer.builder().tls().token("secret").start();
        server.apply(Manifests.service("api"));
        server.apply(Manifests.slice("api-1", "api", "127.0.0.2"));
        server.apply("{apiVersion: v1, kind: Node, metadata: {name: node-a},"
                + " status: {conditions: [{type: Ready, status: 'True'}]}}");
        Files.writeString(home.resolve("kubeconfig"), server.kubeconfig());
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void getPrintsTables() throws Exception {
        assertThat(kubectl("get", "svc,endpointslices,endpoints,nodes", "-n", "shop"))
                .containsPattern("NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\\(S\\) +AGE")
                .containsPattern("service/api +ClusterIP +10\\.96\\.\\d+\\.\\d+ +<none> +80/TCP,90/TCP +\\d+s")
                .containsPattern("NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE")
                .containsPattern("endpointslice.discovery.k8s.io/api-1 +IPv4 +8080 +127.0.0.2 +\\d+s")
                .containsPattern("node/node-a +Ready");
        assertThat(kubectl("get", "svc", "-A", "-o", "wide")).containsPattern("shop +api .*app=api");
        assertThat(kubectl("get", "svc", "api", "-n", "shop", "-o", "yaml"))
                .contains("kind: Service", "clusterIP: 10.96.");
        assertThat(kubectl("get", "pods")).contains("No resources found");
        assertThat(kubectl("get", "--raw", ApiClient.SLICES)).contains("EndpointSliceList");
    }

    @Test
    void applyCreatesThenConfiguresThenChangesNothing() throws Exception {
        Path file = home.resolve("web.yaml");
        Files.writeString(file, Manifests.service("web") + "---\n" + Manifests.slice("web-1", "web", "127.0.0.4"));

        assertThat(kubectl("apply", "-f", file.toString())).contains("service/web created", "/web-1 created");
        Files.writeString(file, Files.readString(file).replace("8080", "8081").replace("port: 90", "port: 91"));
        assertThat(kubectl("apply", "-f", file.toString())).contains("service/web configured", "/web-1 configured");
        assertThat(kubectl("apply", "-f", file.toString())).contains("service/web unchanged");
        assertThat(kubectl("apply", "--server-side", "-f", file.toString())).contains("web serverside-applied");

        assertThat(server.get("services", "shop", "web").at("/spec/ports").findValuesAsText("port"))
                .containsExactly("80", "91");
        assertThat(kubectl("delete", "-f", file.toString())).contains("\"web\" deleted", "\"web-1\" deleted");
        assertThat(server.objects("services")).hasSize(1);
    }

    @Test
    void labelAnnotatePatchAndReplaceChangeTheObject() throws Exception {
        kubectl("label", "svc", "api", "tier=x", "-n", "shop");
        kubectl("annotate", "svc", "api", "why=test", "-n", "shop");
        kubectl("patch", "svc", "api", "-n", "shop", "-p", "{\"spec\":{\"ports\":[{\"port\":80,\"targetPort\":9}]}}");
        Path file = home.resolve("api.yaml");
        Files.writeString(
                file, kubectl("get", "svc", "api", "-n", "shop", "-o", "yaml").replace("why: test", "why: me"));
        kubectl("replace", "-f", file.toString());

        var service = server.get("services", "shop", "api");
        assertThat(service.at("/metadata/labels/tier").asText()).isEqualTo("x");
        assertThat(service.at("/metadata/annotations/why").asText()).isEqualTo("me");
        assertThat(service.at("/spec/ports/0/targetPort").asInt()).isEqualTo(9);
        assertThat(service.at("/spec/ports")).hasSize(2);
    }

    @Test
    void editReplacesWhatTheEditorChanged() throws Exception {
        Process edit = process("edit", "svc", "api", "-n", "shop");

        assertThat(output(edit)).contains("service/api edited");
        assertThat(server.get("services", "shop", "api")
                        .at("/spec/ports/0/targetPort")
                        .asInt())
                .isEqualTo(8181);
    }

    @Test
    void getWatchPrintsARowPerChange() throws Exception {
        Path out = home.resolve("watch.txt");
        Process watch = builder("get", "endpointslices", "-n", "shop", "-w")
                .redirectOutput(out.toFile())
                .start();
        try {
            server.awaitWatches("endpointslices", 1, Duration.ofSeconds(20));
            server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(Files.readString(out))
                            .containsPattern("NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE\n"
                                    + "api-1 +IPv4 +8080 +127.0.0.2 .*\napi-2 +IPv4 +8080 +127.0.0.3 "));
        } finally {
            watch.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void errorsReadAsTheyDoOnARealServer() throws Exception {
        server.faults().deny(Verb.LIST, "nodes");

        assertThat(output(process("get", "svc", "nope", "-n", "shop")))
                .contains("Error from server (NotFound): services \"nope\" not found");
        assertThat(output(process("get", "nodes")))
                .contains("Error from server (Forbidden): nodes is forbidden: User", "at the cluster scope");
    }

    private String kubectl(String... arguments) throws Exception {
        Process process = process(arguments);
        String output = output(process);
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private Process process(String... arguments) throws IOException {
        return builder(arguments).redirectErrorStream(true).start();
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", home.resolve("kubeconfig").toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("EDITOR", "sed -i s/8080/8181/");
        return builder;
    }

    private static String output(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(output).isTrue();
        return output;
    }
}
