package dev.onehop.k8s.fake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The lines of one watch as a client receives them, for tests.
 *
 * <p>Shared: safe from any thread; waiting is bounded.
 */
final class WatchLines implements Flow.Subscriber<String> {
    private static final long SECONDS = 10;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CompletableFuture<HttpResponse<Void>> response = new CompletableFuture<>();

    void follow(CompletableFuture<HttpResponse<Void>> sent) {
        sent.whenComplete((answer, failure) -> {
            if (failure != null) {
                response.completeExceptionally(failure);
            } else {
                response.complete(answer);
            }
        });
    }

    /** The next line's text. */
    String line() throws InterruptedException {
        String line = lines.poll(SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("watch: no line (expected: one within " + SECONDS + " s)");
        }
        return line;
    }

    /** The next line as an event. */
    JsonNode event() throws InterruptedException, JsonProcessingException {
        return Json.MAPPER.readTree(line());
    }

    /** The next event as {@code TYPE name}. */
    String summary() throws InterruptedException, JsonProcessingException {
        JsonNode event = event();
        return event.path("type").asText() + " "
                + event.at("/object/metadata/name").asText();
    }

    int waiting() {
        return lines.size();
    }

    /** Completes when the watch ends; exceptionally unless it ended as HTTP says it should. */
    CompletableFuture<HttpResponse<Void>> ended() {
        return response;
    }

    void cancel() {
        subscription.join().cancel();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        lines.add(line);
    }

    @Override
    public void onError(Throwable failure) {
        response.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        // The response future says so too.
    }
}
