package dev.onehop.k8s.fake;

import static dev.onehop.k8s.fake.ApiClient.SLICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WatchFaultsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private FakeApiServer server;
    private Faults faults;
    private ApiClient client;

    @BeforeEach
    void start() {
        server = FakeApiServer.start();
        faults = server.faults();
        client = new ApiClient(server);
        server.apply(Manifests.slice("api-1", "api", "127.0.0.2"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aStalledWatchStaysOpenAndCatchesUp() throws Exception {
        WatchLines watch = open();
        faults.stallWatches();

        server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));
        client.get(SLICES);

        assertThat(watch.waiting()).isZero();
        assertThat(server.openWatches("endpointslices")).isEqualTo(1);
        faults.resumeWatches();
        assertThat(watch.summary()).isEqualTo("ADDED api-2");
    }

    @Test
    void swallowedEventsAreLostWhileBookmarksGoOn() throws Exception {
        WatchLines watch = open();
        faults.swallowEvents("endpointslices");

        long lost = server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));
        server.sendBookmarks("endpointslices");

        JsonNode bookmark = watch.event();
        assertThat(bookmark.path("type").asText()).isEqualTo("BOOKMARK");
        assertThat(bookmark.at("/object/metadata/resourceVersion").asLong()).isEqualTo(lost);
        faults.deliverEvents("endpointslices");
        server.apply(Manifests.slice("api-3", "api", "127.0.0.4"));
        assertThat(watch.summary()).isEqualTo("ADDED api-3");
    }

    @Test
    void aCleanEndIsNoErrorToTheClient() throws Exception {
        WatchLines watch = open();

        faults.endWatches("endpointslices", Ending.CLEAN);

        assertThat(watch.ended().get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"CLOSE", "RESET"})
    void anAbruptEndIsAnErrorToTheClient(Ending ending) {
        WatchLines watch = open();

        faults.endWatches("endpointslices", ending);

        assertThatThrownBy(() -> watch.ended().get(5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }

    @Test
    void rawTextReachesTheClientAsItIs() throws Exception {
        WatchLines watch = open();

        faults.writeToWatches("endpointslices", "{\"type\":");
        faults.writeToWatches("endpointslices", "not json\n");
        faults.writeEvent("endpointslices", "SURPRISE", Json.object().put("shape", "unknown"));

        assertThat(watch.line()).isEqualTo("{\"type\":not json");
        assertThat(watch.line()).isEqualTo("{\"type\":\"SURPRISE\",\"object\":{\"shape\":\"unknown\"}}");
    }

    @Test
    void anEndlessLineIsAsLongAsAsked() throws Exception {
        // Read as a whole: the JDK's own line splitter takes seconds for a line of a mebibyte.
        var body = client.body(SLICES + "?watch=true");
        server.awaitWatches("endpointslices", 1, SOON);

        faults.writeEndlessLine("endpointslices", 1);
        faults.endWatches("endpointslices", Ending.CLEAN);

        String whole = body.get(20, TimeUnit.SECONDS);
        assertThat(whole.length() - whole.lastIndexOf('\n')).isGreaterThan(1 << 20);
    }

    @Test
    void anEventCanBeRepeated() throws Exception {
        WatchLines watch = open();
        server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));

        faults.repeatLastEvent("endpointslices");

        assertThat(watch.line()).isEqualTo(watch.line()).contains("api-2");
    }

    @Test
    void expiredHistoryIsToldInTheStreamOrAsAStatus() throws Exception {
        long then = server.resourceVersion();

        faults.expireHistory();
        WatchLines inStream = client.watch(SLICES + "?resourceVersion=" + then);
        assertThat(inStream.event().at("/object/code").asInt()).isEqualTo(410);

        faults.expireHistoryAsHttpStatus();
        assertThat(client.get(SLICES + "?watch=true&resourceVersion=" + then).statusCode())
                .isEqualTo(410);
    }

    @Test
    void aRewoundServerIsSilentToWatchesFromTheFuture() throws Exception {
        for (int change = 0; change < 20; change++) {
            server.apply(Manifests.slice("api-1", "api", "127.0.1." + change));
        }
        long then = server.resourceVersion();
        faults.rewindResourceVersion(5);

        WatchLines watch = client.watch(SLICES + "?allowWatchBookmarks=true&resourceVersion=" + then);
        server.awaitWatches("endpointslices", 1, SOON);
        server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));
        server.sendBookmarks("endpointslices");

        assertThat(client.json(SLICES).at("/metadata/resourceVersion").asLong()).isEqualTo(6);
        assertThat(watch.summary()).isEqualTo("BOOKMARK ");
    }

    @Test
    void aServerThatIsDownRefusesAndComesBackWhereItWas() throws Exception {
        WatchLines watch = open();
        String url = server.url();

        server.down();

        await().atMost(SOON).until(() -> watch.ended().isCompletedExceptionally());
        assertThatThrownBy(() -> client.get(SLICES)).isInstanceOf(ConnectException.class);
        server.up();
        assertThat(server.url()).isEqualTo(url);
        assertThat(client.json(SLICES).at("/items/0/metadata/name").asText()).isEqualTo("api-1");
    }

    private WatchLines open() {
        WatchLines watch =
                client.watch(SLICES + "?allowWatchBookmarks=true&resourceVersion=" + server.resourceVersion());
        server.awaitWatches("endpointslices", 1, SOON);
        return watch;
    }
}
