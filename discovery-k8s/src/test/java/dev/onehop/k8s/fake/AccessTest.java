package dev.onehop.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final String BEARER = "Bearer secret";

    private FakeApiServer server;
    private ApiClient client;

    @BeforeEach
    void start() {
        server = FakeApiServer.builder().token("secret").start();
        client = new ApiClient(server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void withoutTokenTheAnswerIsTheRecordedOne() throws Exception {
        assertRecorded(client.get("/api/v1/services"), 401, "unauthorized.json");
    }

    @Test
    void aMissingServiceIsAnsweredAsRecorded() throws Exception {
        assertRecorded(get("/api/v1/namespaces/shop/services/nope"), 404, "service-not-found.json");
    }

    @Test
    void aForbiddenListIsAnsweredAsRecorded() throws Exception {
        server.faults().deny(Verb.LIST, "endpointslices");

        assertRecorded(get(ApiClient.SLICES), 403, "forbidden-list-endpointslices.json");
        server.faults().allowAll();
        assertThat(get(ApiClient.SLICES).statusCode()).isEqualTo(200);
    }

    @Test
    void aForbiddenGetIsAnsweredAsRecorded() throws Exception {
        server.faults().deny(Verb.GET, "services");

        assertRecorded(get("/api/v1/namespaces/shop/services/api-service"), 403, "forbidden-get-service.json");
    }

    @Test
    void aRotatedTokenEndsTheOldOne() throws Exception {
        server.faults().rotateToken("new");

        assertThat(get("/version").statusCode()).isEqualTo(401);
        assertThat(client.get("/version", "Authorization", "Bearer new").statusCode())
                .isEqualTo(200);
    }

    @Test
    void requestsAreSeenWithWhatTheyAskedFor() throws Exception {
        get("/api/v1/namespaces/shop/services?resourceVersion=0&limit=1");

        SeenRequest seen = server.requests().get(0);
        assertThat(seen)
                .extracting(
                        SeenRequest::verb,
                        SeenRequest::resource,
                        SeenRequest::namespace,
                        SeenRequest::resourceVersion,
                        SeenRequest::rawQuery,
                        SeenRequest::status,
                        SeenRequest::authorized)
                .containsExactly(Verb.LIST, "services", "shop", "0", "resourceVersion=0&limit=1", 200, true);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.get(path, "Authorization", BEARER);
    }

    private static void assertRecorded(HttpResponse<String> response, int status, String file) throws Exception {
        try (InputStream recorded = AccessTest.class.getResourceAsStream("/recordings/errors/" + file)) {
            JsonNode expected = Json.MAPPER.readTree(recorded);
            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(Json.MAPPER.readTree(response.body())).isEqualTo(expected);
        }
    }
}
