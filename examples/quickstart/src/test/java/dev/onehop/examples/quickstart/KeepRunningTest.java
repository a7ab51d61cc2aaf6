package dev.onehop.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a person does with kubectl, done with the requests that kubectl sends. */
@Timeout(90)
class KeepRunningTest {

    private static final Pattern SERVER = Pattern.compile("--server=(http://\\S+)");
    private static final Pattern SLICE = Pattern.compile("endpointslice (api-service-\\S+)");

    private final HttpClient api = HttpClient.newHttpClient();
    private final StopSignal stop = new StopSignal();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private CompletableFuture<Integer> run = new CompletableFuture<>();

    @BeforeEach
    void playTheActs() {
        var print = new PrintStream(out, true, StandardCharsets.UTF_8);
        run = CompletableFuture.supplyAsync(() ->
                Quickstart.run(print, print, stop, cluster -> {}, "--keep-running", "--beat=20", "--requests=100"));
        await().atMost(Duration.ofSeconds(40)).until(() -> run.isDone() || text().contains("What the client sees"));
    }

    @AfterEach
    void stop() throws Exception {
        stop.stop();
        run.get(20, TimeUnit.SECONDS);
    }

    @Test
    void followsAPatchAndEndsInGoodOrder() throws Exception {
        awaitLine("4 eligible: ");

        assertThat(patchFirstEndpoint(false).statusCode()).isEqualTo(200);
        awaitLine("3 eligible: ");
        assertThat(patchFirstEndpoint(true).statusCode()).isEqualTo(200);
        await().until(() -> text().lastIndexOf("4 eligible: ") > text().indexOf("3 eligible: "));
        stop.stop();

        assertThat(run.get(20, TimeUnit.SECONDS)).as(text()).isZero();
        assertThat(text()).containsPattern("Stopped after [\\d,]+ more requests, 0 failed\\.");
    }

    @Test
    void deletedSliceIsRefusedAsKubeProxyWouldAndComesBack() throws Exception {
        awaitLine("4 eligible: ");

        HttpResponse<String> deleted =
                api.send(HttpRequest.newBuilder(slice()).DELETE().build(), BodyHandlers.ofString());

        assertThat(deleted.statusCode()).isEqualTo(200);
        awaitLine("refused: ");
        awaitLine("requests are answered again");
    }

    private HttpResponse<String> patchFirstEndpoint(boolean ready) throws Exception {
        String patch = "[{\"op\":\"replace\",\"path\":\"/endpoints/0/conditions/ready\",\"value\":" + ready + "}]";
        HttpRequest request = HttpRequest.newBuilder(slice())
                .header("Content-Type", "application/json-patch+json")
                .method("PATCH", BodyPublishers.ofString(patch))
                .build();
        return api.send(request, BodyHandlers.ofString());
    }

    private URI slice() {
        return URI.create(
                found(SERVER) + "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/" + found(SLICE));
    }

    private String found(Pattern pattern) {
        Matcher matcher = pattern.matcher(text());
        assertThat(matcher.find()).as(text()).isTrue();
        return matcher.group(1);
    }

    private void awaitLine(String part) {
        await().atMost(Duration.ofSeconds(20)).until(() -> run.isDone() || text().contains(part));
        assertThat(text()).contains(part);
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
