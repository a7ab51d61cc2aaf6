package dev.onehop.k8s.fake;

import static dev.onehop.k8s.fake.ApiClient.SLICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchTest {
    private static final String OF_API = SLICES + "?labelSelector=kubernetes.io%2Fservice-name%3Dapi";

    private FakeApiServer server;
    private ApiClient client;

    @BeforeEach
    void start() {
        server = FakeApiServer.builder().history(5).start();
        client = new ApiClient(server);
        server.apply(Manifests.slice("api-1", "api", "127.0.0.2"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aWatchWithoutVersionBeginsWithWhatIsThere() throws Exception {
        WatchLines watch = client.watch(SLICES);

        assertThat(watch.summary()).isEqualTo("ADDED api-1");
    }

    @Test
    void aWatchFromAVersionSeesOnlyWhatCameAfter() throws Exception {
        long then = server.resourceVersion();
        server.apply(Manifests.slice("api-1", "api", "127.0.0.3"));
        server.apply(Manifests.service("api"));

        WatchLines watch = client.watch(SLICES + "?resourceVersion=" + then);
        assertThat(watch.summary()).isEqualTo("MODIFIED api-1");
        long deleted = server.delete("endpointslices", "shop", "api-1");

        JsonNode event = watch.event();
        assertThat(event.path("type").asText()).isEqualTo("DELETED");
        assertThat(event.at("/object/metadata/resourceVersion").asLong()).isEqualTo(deleted);
        assertThat(event.at("/object/endpoints/0/addresses/0").asText()).isEqualTo("127.0.0.3");
    }

    @Test
    void aWatcherLeavingTheSelectorSeesDeleted() throws Exception {
        WatchLines watch = client.watch(OF_API + "&resourceVersion=" + server.resourceVersion());
        server.awaitWatches("endpointslices", 1, Duration.ofSeconds(5));

        long version = server.update(
                "endpointslices",
                "shop",
                "api-1",
                slice -> slice.withObject("/metadata/labels").put("kubernetes.io/service-name", "web"));

        JsonNode event = watch.event();
        assertThat(event.path("type").asText()).isEqualTo("DELETED");
        assertThat(event.at("/object/metadata/resourceVersion").asLong()).isEqualTo(version);
        assertThat(event.at("/object/metadata/labels/kubernetes.io~1service-name")
                        .asText())
                .isEqualTo("api");
    }

    @Test
    void anObjectEnteringTheSelectorIsAdded() throws Exception {
        server.apply(Manifests.slice("other", "web", "127.0.0.4"));
        WatchLines watch = client.watch(OF_API + "&resourceVersion=" + server.resourceVersion());

        server.apply(Manifests.slice("other", "api", "127.0.0.4"));

        assertThat(watch.summary()).isEqualTo("ADDED other");
    }

    @Test
    void anOldResourceVersionGetsGoneInTheStream() throws Exception {
        long then = server.resourceVersion();
        for (int change = 0; change < 7; change++) {
            server.apply(Manifests.slice("api-1", "api", "127.0.1." + change));
        }

        WatchLines watch = client.watch(SLICES + "?resourceVersion=" + then);

        JsonNode event = watch.event();
        assertThat(event.path("type").asText()).isEqualTo("ERROR");
        assertThat(event.at("/object/code").asInt()).isEqualTo(410);
        assertThat(event.at("/object/reason").asText()).isEqualTo("Expired");
        assertThat(event.at("/object/message").asText()).startsWith("too old resource version: " + then + " (");
        assertThat(watch.ended().get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void theOldestKeptVersionCanBeResumed() throws Exception {
        server.apply(Manifests.slice("api-1", "api", "127.0.0.9"));
        long then = server.resourceVersion();
        for (int change = 0; change < 5; change++) {
            server.apply(Manifests.slice("api-1", "api", "127.0.1." + change));
        }

        WatchLines watch = client.watch(SLICES + "?resourceVersion=" + then);

        assertThat(watch.event().at("/object/endpoints/0/addresses/0").asText()).isEqualTo("127.0.1.0");
    }

    @Test
    void aChangeThatChangesNothingIsNoEvent() throws Exception {
        WatchLines watch = client.watch(SLICES + "?resourceVersion=" + server.resourceVersion());
        server.awaitWatches("endpointslices", 1, Duration.ofSeconds(5));
        long before = server.resourceVersion();

        long version = server.update("endpointslices", "shop", "api-1", same -> {});
        server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));

        assertThat(version).isLessThanOrEqualTo(before);
        assertThat(watch.summary()).isEqualTo("ADDED api-2");
    }

    @Test
    void aWatchEndsCleanlyAfterItsTimeWithABookmark() throws Exception {
        WatchLines watch = client.watch(
                SLICES + "?allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=" + server.resourceVersion());

        JsonNode event = watch.event();
        assertThat(event.path("type").asText()).isEqualTo("BOOKMARK");
        assertThat(event.at("/object/kind").asText()).isEqualTo("EndpointSlice");
        assertThat(event.at("/object/metadata/resourceVersion").asLong()).isEqualTo(server.resourceVersion());
        assertThat(watch.ended().get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void bookmarksComeAtTheirInterval() throws Exception {
        try (FakeApiServer often =
                FakeApiServer.builder().bookmarkEvery(Duration.ofMillis(20)).start()) {
            WatchLines watch = new ApiClient(often).watch(SLICES + "?allowWatchBookmarks=true");

            assertThat(watch.summary()).startsWith("BOOKMARK");
            assertThat(watch.summary()).startsWith("BOOKMARK");
        }
    }

    @Test
    void bookmarksComeOnDemandToThoseWhoAsked() throws Exception {
        WatchLines with = client.watch(SLICES + "?allowWatchBookmarks=true");
        WatchLines without = client.watch(SLICES);
        server.awaitWatches("endpointslices", 2, Duration.ofSeconds(5));

        server.sendBookmarks("endpointslices");
        server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));

        assertThat(List.of(with.summary(), with.summary(), with.summary()))
                .containsExactly("ADDED api-1", "BOOKMARK ", "ADDED api-2");
        assertThat(List.of(without.summary(), without.summary())).containsExactly("ADDED api-1", "ADDED api-2");
    }

    @Test
    void initialEventsAreRefused() throws Exception {
        assertThat(client.get(SLICES + "?watch=true&sendInitialEvents=true").statusCode())
                .isEqualTo(422);
    }

    @Test
    void aConnectionServesAgainAfterAWatch() throws Exception {
        WatchLines watch = client.watch(SLICES + "?timeoutSeconds=1");
        watch.ended().get(5, TimeUnit.SECONDS);

        assertThat(client.get(SLICES).statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatLeavesIsNoticed() {
        WatchLines watch = client.watch(SLICES);
        server.awaitWatches("endpointslices", 1, Duration.ofSeconds(5));

        watch.cancel();

        server.awaitWatches("endpointslices", 0, Duration.ofSeconds(5));
    }

    @Test
    void twoHundredWatchesAllSeeAChange() throws Exception {
        List<WatchLines> watches = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            watches.add(client.watch(SLICES + "?resourceVersion=" + server.resourceVersion()));
        }
        server.awaitWatches("endpointslices", 200, Duration.ofSeconds(20));

        server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));

        for (WatchLines watch : watches) {
            assertThat(watch.summary()).isEqualTo("ADDED api-2");
        }
    }

    @Test
    void closingLeavesNoThread() {
        client.watch(SLICES);
        server.awaitWatches("endpointslices", 1, Duration.ofSeconds(5));

        server.close();

        await().atMost(Duration.ofSeconds(5))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("fake-apiserver-")));
    }
}
