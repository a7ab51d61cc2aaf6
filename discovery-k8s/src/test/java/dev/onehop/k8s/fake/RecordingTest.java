package dev.onehop.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingTest {
    private static final String SLICES = "/apis/discovery.k8s.io/v1/endpointslices";

    private FakeApiServer server;
    private ApiClient client;

    @BeforeEach
    void start() {
        server = FakeApiServer.start();
        client = new ApiClient(server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "large-260-endpoints-3-slices",
                "readiness-flap",
                "rolling-update",
                "scale-2-to-5-to-1",
                "scale-to-zero-and-back",
                "service-deleted-and-recreated",
                "service-spec-changes",
                "topology-hints-auto"
            })
    void aWatcherThatListedEndsWithWhatTheServerHas(String name) throws Exception {
        Replay replay = server.load(recorded(name));
        JsonNode list = client.json(SLICES);
        Map<String, JsonNode> seen = new TreeMap<>();
        list.path("items").forEach(item -> seen.put(item.at("/metadata/name").asText(), item));
        WatchLines watch = client.watch(SLICES + "?resourceVersion="
                + list.at("/metadata/resourceVersion").asText());
        server.awaitWatches("endpointslices", 1, Duration.ofSeconds(5));

        int events = 0;
        while (replay.hasNext()) {
            events += replay.step().equals("endpointslices") ? 1 : 0;
        }
        for (int i = 0; i < events; i++) {
            JsonNode event = watch.event();
            String slice = event.at("/object/metadata/name").asText();
            if (event.path("type").asText().equals("DELETED")) {
                seen.remove(slice);
            } else {
                seen.put(slice, withoutType((ObjectNode) event.path("object")));
            }
        }

        Map<String, JsonNode> truth = new TreeMap<>();
        replay.objectsNow("endpointslices")
                .forEach(object -> truth.put(object.at("/metadata/name").asText(), withoutType(object)));
        assertThat(seen).isEqualTo(truth);
    }

    @Test
    void aListHasItsRecordedVersionAndItems() throws Exception {
        server.load(recorded("rolling-update"));

        JsonNode list = client.json(SLICES);

        assertThat(list.at("/metadata/resourceVersion").asText()).isEqualTo("482");
        assertThat(list.at("/items/0/metadata/uid").asText()).isEqualTo("6db14ad3-c3a5-4d8b-baf7-4fd98cf7540e");
    }

    @Test
    void aLaterListReplacesAllAndIsSeenAsEvents() throws Exception {
        Replay replay = server.load(made(
                list(10, slice("a", 5), slice("b", 6)),
                "{\"resource\":\"endpointslices\",\"event\":{\"type\":\"MODIFIED\",\"object\":" + slice("a", 11) + "}}",
                list(20, slice("a", 11), slice("c", 15))));
        WatchLines watch = client.watch(SLICES + "?resourceVersion=10");
        server.awaitWatches("endpointslices", 1, Duration.ofSeconds(5));

        replay.step();
        replay.step();

        assertThat(List.of(watch.summary(), watch.summary(), watch.summary()))
                .containsExactly("MODIFIED a", "ADDED c", "DELETED b");
        assertThat(replay.hasNext()).isFalse();
    }

    private static Recording recorded(String name) throws Exception {
        try (InputStream in = RecordingTest.class.getResourceAsStream("/recordings/" + name + ".jsonl.gz")) {
            return Recording.load(in);
        }
    }

    private static Recording made(String... lines) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
        return Recording.load(new ByteArrayInputStream(bytes.toByteArray()));
    }

    private static String list(long version, String... items) {
        return "{\"resource\":\"endpointslices\",\"list\":{\"metadata\":{\"resourceVersion\":\"" + version
                + "\"},\"items\":[" + String.join(",", items) + "]}}";
    }

    private static String slice(String name, long version) {
        return "{\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"shop\",\"resourceVersion\":\"" + version
                + "\"}}";
    }

    private static JsonNode withoutType(ObjectNode object) {
        return object.deepCopy().without(List.of("kind", "apiVersion"));
    }
}
