package dev.onehop.k8s.fake;

import static dev.onehop.k8s.fake.ApiClient.SLICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFaultsTest {
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

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 409, 410, 429, 500, 503, 504})
    void aStatusIsAnsweredSoManyTimes(int status) throws Exception {
        faults.on(Verb.LIST, "endpointslices").times(2).fail(status);

        var first = client.get(SLICES);
        assertThat(first.statusCode()).isEqualTo(status);
        assertThat(Json.MAPPER.readTree(first.body()).path("code").asInt()).isEqualTo(status);
        assertThat(client.get(SLICES).statusCode()).isEqualTo(status);
        assertThat(client.get(SLICES).statusCode()).isEqualTo(200);
    }

    @Test
    void otherVerbsAndResourcesAreNotMet() throws Exception {
        faults.on(Verb.LIST, "endpointslices").fail(500);

        assertThat(client.get("/api/v1/services").statusCode()).isEqualTo(200);
        assertThat(client.get(SLICES + "/api-1").statusCode()).isEqualTo(200);
        assertThat(client.get(SLICES).statusCode()).isEqualTo(500);
        faults.clear();
        assertThat(client.get(SLICES).statusCode()).isEqualTo(200);
    }

    @Test
    void aFaultCanLetTheFirstPass() throws Exception {
        faults.on(Verb.LIST, "endpointslices").after(1).times(1).fail(500);

        assertThat(client.get(SLICES).statusCode()).isEqualTo(200);
        assertThat(client.get(SLICES).statusCode()).isEqualTo(500);
        assertThat(client.get(SLICES).statusCode()).isEqualTo(200);
    }

    @Test
    void aDocumentCanFailToo() throws Exception {
        faults.on(Verb.DOCUMENT, null).fail(503);

        assertThat(client.get("/version").statusCode()).isEqualTo(503);
        assertThat(client.get(SLICES).statusCode()).isEqualTo(200);
    }

    @Test
    void retryAfterIsSaidInTheHeader() throws Exception {
        faults.on(Verb.LIST, null).times(1).tooManyRequests(5);

        var response = client.get(SLICES);

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).contains("5");
    }

    @Test
    void anyBodyCanBeAnswered() throws Exception {
        faults.on(null, null).answer(502, "<html>bad gateway", Map.of("Content-Type", "text/html"));

        var response = client.get(SLICES);

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).isEqualTo("<html>bad gateway");
        assertThat(response.headers().firstValue("Content-Type")).contains("text/html");
    }

    @Test
    void aDelayDelays() throws Exception {
        faults.on(Verb.LIST, null).delay(Duration.ofMillis(150));

        long before = System.nanoTime();
        client.get(SLICES);

        assertThat(System.nanoTime() - before)
                .isGreaterThanOrEqualTo(Duration.ofMillis(150).toNanos());
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"CLOSE", "RESET"})
    void aCutBodyIsAnErrorToTheClient(Ending ending) {
        faults.on(Verb.LIST, "endpointslices").times(1).cutBody(0.5, ending);

        assertThatThrownBy(() -> client.get(SLICES)).isInstanceOf(IOException.class);
    }

    @Test
    void aBodyCanHangUntilTheClientGivesUp() {
        faults.on(Verb.WATCH, "endpointslices").drop(Ending.HANG);

        WatchLines watch = client.watch(SLICES);

        await().atMost(SOON).until(() -> server.requests().stream().anyMatch(seen -> seen.status() == 0));
        assertThat(watch.ended()).isNotDone();
        server.down();
        await().atMost(SOON).until(() -> watch.ended().isCompletedExceptionally());
    }

    @Test
    void aSlowAnswerIsStillWhole() throws Exception {
        String whole = client.get(SLICES).body();
        faults.on(Verb.LIST, null).slowly(Duration.ofNanos(1));

        assertThat(client.get(SLICES).body()).isEqualTo(whole);
    }

    @Test
    void aWatchCanBeAcceptedAndEndedAtOnce() throws Exception {
        faults.on(null, "endpointslices").times(1).endWatchAtOnce();

        WatchLines watch = client.watch(SLICES);

        assertThat(watch.ended().get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(watch.waiting()).isZero();
    }
}
