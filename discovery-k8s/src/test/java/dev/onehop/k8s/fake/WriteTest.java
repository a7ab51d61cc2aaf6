package dev.onehop.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WriteTest {
    private static final String SERVICES = "/api/v1/namespaces/shop/services";

    private FakeApiServer server;
    private ApiClient client;

    @BeforeEach
    void start() {
        server = FakeApiServer.start();
        client = new ApiClient(server);
        server.apply(Manifests.service("api"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aServiceGetsItsDefaults() {
        JsonNode spec = server.get("services", "shop", "api").path("spec");

        assertThat(spec.path("type").asText()).isEqualTo("ClusterIP");
        assertThat(spec.path("clusterIP").asText()).startsWith("10.96.");
        assertThat(spec.at("/clusterIPs/0")).isEqualTo(spec.path("clusterIP"));
        assertThat(spec.at("/ports/0/protocol").asText()).isEqualTo("TCP");
        assertThat(spec.at("/ports/1/targetPort").asInt()).isEqualTo(90);
        assertThat(spec.path("sessionAffinity").asText()).isEqualTo("None");
        assertThat(spec.path("internalTrafficPolicy").asText()).isEqualTo("Cluster");
    }

    @Test
    void aHeadlessServiceStaysHeadless() {
        server.apply("{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None}}");

        assertThat(server.get("services", "shop", "db").at("/spec/clusterIPs/0").asText())
                .isEqualTo("None");
    }

    @Test
    void aReplacementKeepsIdentityAndAddress() {
        ObjectNode before = server.get("services", "shop", "api");

        server.apply(Manifests.service("api").replace("8080", "8081"));

        ObjectNode after = server.get("services", "shop", "api");
        assertThat(after.at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
        assertThat(after.at("/spec/clusterIP")).isEqualTo(before.at("/spec/clusterIP"));
        assertThat(after.at("/spec/ports/0/targetPort").asInt()).isEqualTo(8081);
    }

    @Test
    void aReplacementOfAnOldVersionIsAConflict() throws Exception {
        ObjectNode old = server.get("services", "shop", "api");
        server.update(
                "services",
                "shop",
                "api",
                service -> service.withObject("/metadata/labels").put("a", "b"));

        var response = client.send("PUT", SERVICES + "/api", old.toString(), "Content-Type", "application/json");

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.body()).contains("\"reason\":\"Conflict\"", "the object has been modified");
    }

    @Test
    void creatingTwiceIsAConflict() throws Exception {
        var response =
                client.send("POST", SERVICES, "{\"metadata\":{\"name\":\"api\"}}", "Content-Type", "application/json");

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.body()).contains("services \\\"api\\\" already exists", "\"reason\":\"AlreadyExists\"");
    }

    @Test
    void aNameIsGeneratedFromItsPrefix() throws Exception {
        var response = client.send(
                "POST", SERVICES, "{\"metadata\":{\"generateName\":\"api-\"}}", "Content-Type", "application/json");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(Json.MAPPER.readTree(response.body()).at("/metadata/name").asText())
                .matches("api-[a-z0-9]{5}");
    }

    @Test
    void aStrategicPatchMergesPortsByPort() throws Exception {
        patch(
                "strategic-merge-patch+json",
                "{\"spec\":{\"ports\":[{\"port\":90,\"targetPort\":9}," + "{\"port\":80,\"$patch\":\"delete\"}]}}");

        JsonNode ports = server.get("services", "shop", "api").at("/spec/ports");
        assertThat(ports).hasSize(1);
        assertThat(ports.at("/0/name").asText()).isEqualTo("grpc");
        assertThat(ports.at("/0/targetPort").asInt()).isEqualTo(9);
    }

    @Test
    void aMergePatchReplacesListsAndRemovesNulls() throws Exception {
        patch("merge-patch+json", "{\"spec\":{\"selector\":null,\"ports\":[{\"port\":1}]}}");

        JsonNode spec = server.get("services", "shop", "api").path("spec");
        assertThat(spec.has("selector")).isFalse();
        assertThat(spec.path("ports")).hasSize(1);
    }

    @Test
    void aJsonPatchAppliesItsOperationsInOrder() throws Exception {
        patch(
                "json-patch+json",
                "[{\"op\":\"test\",\"path\":\"/spec/ports/0/port\",\"value\":80},"
                        + "{\"op\":\"remove\",\"path\":\"/spec/ports/0\"},"
                        + "{\"op\":\"add\",\"path\":\"/spec/ports/-\",\"value\":{\"port\":7}}]");

        JsonNode ports = server.get("services", "shop", "api").at("/spec/ports");
        assertThat(ports.findValuesAsText("port")).containsExactly("90", "7");
    }

    @Test
    void aJsonPatchWhoseTestFailsChangesNothing() throws Exception {
        var response = patch(
                "json-patch+json",
                "[{\"op\":\"remove\",\"path\":\"/spec/selector\"},"
                        + "{\"op\":\"test\",\"path\":\"/spec/type\",\"value\":\"x\"}]");

        assertThat(response.statusCode()).isEqualTo(422);
        assertThat(server.get("services", "shop", "api")
                        .at("/spec/selector/app")
                        .asText())
                .isEqualTo("api");
    }

    @Test
    void serverSideApplyCreates() throws Exception {
        var response = client.send(
                "PATCH",
                SERVICES + "/new?fieldManager=x",
                "apiVersion: v1\nkind: Service\n",
                "Content-Type",
                "application/apply-patch+yaml");

        assertThat(response.statusCode()).isEqualTo(201);
        assertThat(server.get("services", "shop", "new")
                        .at("/metadata/namespace")
                        .asText())
                .isEqualTo("shop");
    }

    @Test
    void aDeletionSaysSuccessOnce() throws Exception {
        var first = client.send("DELETE", SERVICES + "/api", "");
        var second = client.send("DELETE", SERVICES + "/api", "");

        assertThat(first.body()).contains("\"status\":\"Success\"");
        assertThat(second.statusCode()).isEqualTo(404);
    }

    @Test
    void aDeletedNamespaceTakesItsObjectsAlong() {
        server.delete("namespaces", null, "shop");

        assertThat(server.objects("services")).isEmpty();
    }

    @Test
    void aSliceCountsItsGenerations() {
        server.apply(Manifests.slice("api-1", "api", "127.0.0.2"));
        server.update(
                "endpointslices",
                "shop",
                "api-1",
                slice -> slice.withObject("/metadata/labels").put("a", "b"));
        server.apply(Manifests.slice("api-1", "api", "127.0.0.3"));

        assertThat(server.get("endpointslices", "shop", "api-1")
                        .at("/metadata/generation")
                        .asInt())
                .isEqualTo(2);
    }

    private HttpResponse<String> patch(String type, String body) throws Exception {
        return client.send("PATCH", SERVICES + "/api", body, "Content-Type", "application/" + type);
    }
}
