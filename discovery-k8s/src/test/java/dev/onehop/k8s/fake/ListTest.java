package dev.onehop.k8s.fake;

import static dev.onehop.k8s.fake.ApiClient.SLICES;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListTest {
    private FakeApiServer server;
    private ApiClient client;

    @BeforeEach
    void start() {
        server = FakeApiServer.start();
        client = new ApiClient(server);
        for (String name : List.of("c", "a", "b")) {
            server.apply(Manifests.slice(name, name.equals("c") ? "web" : "api", "127.0.0.2"));
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aListIsInKeyOrderWithoutTheKindsOfItsItems() throws Exception {
        JsonNode list = client.json(SLICES);

        assertThat(list.path("kind").asText()).isEqualTo("EndpointSliceList");
        assertThat(list.at("/metadata/resourceVersion").asLong()).isEqualTo(server.resourceVersion());
        assertThat(names(list)).isEqualTo("a,b,c");
        assertThat(list.at("/items/0").has("kind")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    kubernetes.io/service-name=api                      | a,b
                    kubernetes.io/service-name==web                     | c
                    kubernetes.io/service-name!=api                     | c
                    kubernetes.io/service-name                          | a,b,c
                    !kubernetes.io/service-name                         | ''
                    kubernetes.io/service-name in (web, x)              | c
                    kubernetes.io/service-name notin (web),other!=1     | a,b
                    kubernetes.io/service-name in (web,api),absent=x    | ''
                    """)
    void aLabelSelectorSelects(String selector, String expected) throws Exception {
        assertThat(names(client.json(SLICES + "?labelSelector=" + encoded(selector))))
                .isEqualTo(expected);
    }

    @Test
    void aFieldSelectorSelects() throws Exception {
        server.apply(Manifests.service("api"));
        server.apply("{apiVersion: v1, kind: Service, metadata: {name: headless}, spec: {clusterIP: None}}");

        JsonNode list = client.json("/api/v1/services?fieldSelector=" + encoded("spec.clusterIP!=None"));

        assertThat(names(list)).isEqualTo("api");
    }

    @Test
    void aSelectorThatCannotBeReadIsABadRequest() throws Exception {
        assertThat(client.get(SLICES + "?labelSelector=" + encoded("a in b")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void pagesShowTheStateOfTheFirstPage() throws Exception {
        JsonNode first = client.json(SLICES + "?limit=2");
        server.delete("endpointslices", "shop", "c");
        server.apply(Manifests.slice("d", "api", "127.0.0.3"));

        JsonNode second = client.json(
                SLICES + "?limit=2&continue=" + first.at("/metadata/continue").asText());

        assertThat(names(first)).isEqualTo("a,b");
        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(1);
        assertThat(names(second)).isEqualTo("c");
        assertThat(second.at("/metadata/resourceVersion")).isEqualTo(first.at("/metadata/resourceVersion"));
        assertThat(second.path("metadata").has("continue")).isFalse();
    }

    @Test
    void anExpiredPageIsGone() throws Exception {
        JsonNode first = client.json(SLICES + "?limit=2");
        server.faults().expireHistory();

        var second = client.get(
                SLICES + "?limit=2&continue=" + first.at("/metadata/continue").asText());

        assertThat(second.statusCode()).isEqualTo(410);
    }

    @Test
    void aListThatTakesAnyVersionIsNotPaged() throws Exception {
        assertThat(names(client.json(SLICES + "?limit=1&resourceVersion=0"))).isEqualTo("a,b,c");
    }

    @Test
    void anExactVersionIsTheStateOfThatVersion() throws Exception {
        long before = server.resourceVersion();
        server.delete("endpointslices", "shop", "a");

        JsonNode list = client.json(SLICES + "?resourceVersionMatch=Exact&resourceVersion=" + before);

        assertThat(names(list)).isEqualTo("a,b,c");
    }

    @Test
    void aVersionFromTheFutureIsTooLarge() throws Exception {
        var response = client.get(SLICES + "?resourceVersion=999999");

        assertThat(response.statusCode()).isEqualTo(504);
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(response.body())
                .contains("Too large resource version: 999999, current: ", "ResourceVersionTooLarge");
    }

    private static String names(JsonNode list) {
        return StreamSupport.stream(list.path("items").spliterator(), false)
                .map(item -> item.at("/metadata/name").asText())
                .collect(Collectors.joining(","));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
