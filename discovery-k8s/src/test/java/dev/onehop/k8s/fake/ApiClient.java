package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The JDK's HTTP client pointed at a server, for tests.
 *
 * <p>Shared: safe from any thread.
 */
final class ApiClient {
    static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";

    private final HttpClient http = HttpClient.newHttpClient();
    private final FakeApiServer server;

    ApiClient(FakeApiServer server) {
        this.server = server;
    }

    HttpResponse<String> get(String pathAndQuery, String... headers) throws IOException, InterruptedException {
        return send("GET", pathAndQuery, "", headers);
    }

    JsonNode json(String pathAndQuery, String... headers) throws IOException, InterruptedException {
        return Json.MAPPER.readTree(get(pathAndQuery, headers).body());
    }

    HttpResponse<String> send(String method, String pathAndQuery, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(pathAndQuery, headers)
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** Opens a watch and waits until the server has it. */
    WatchLines watch(String pathAndQuery, String... headers) {
        WatchLines lines = new WatchLines();
        String separator = pathAndQuery.contains("?") ? "&" : "?";
        HttpRequest request =
                request(pathAndQuery + separator + "watch=true", headers).build();
        lines.follow(http.sendAsync(request, BodyHandlers.fromLineSubscriber(lines)));
        return lines;
    }

    /** The whole of an answer, however long it goes on. */
    CompletableFuture<String> body(String pathAndQuery) {
        return http.sendAsync(request(pathAndQuery).build(), BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
    }

    private HttpRequest.Builder request(String pathAndQuery, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + pathAndQuery));
        return headers.length == 0 ? request : request.headers(headers);
    }
}
