package dev.onehop.k8s;

import dev.onehop.health.RetryAfter;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One GET on fabric8's HTTP client, bytes as they come. fabric8 adds authentication, and on a 401 reads the token again
 * and tries once more by itself.
 *
 * <p>Shared: safe from any thread; the handler is called by one thread at a time.
 */
final class HttpCall implements ListWatch.Call {

    private static final int LONGEST_ERROR = 64 * 1024;

    /** Hears how the call goes: opened at most once, then bytes, then the end once. */
    interface Handler {
        /** A successful status has arrived. */
        void opened();

        /** Some of the body. What this throws ends the call. */
        void bytes(List<ByteBuffer> bytes, Runnable more) throws Exception;

        /** The body is over: wholly (null), because of an unsuccessful status, or because of what broke. */
        void ended(@Nullable Trouble trouble, @Nullable Throwable cause);
    }

    private final Handler handler;
    private final ByteArrayOutputStream errorBody = new ByteArrayOutputStream();
    private volatile @Nullable CompletableFuture<HttpResponse<AsyncBody>> answer;
    private volatile @Nullable AsyncBody body;
    private volatile boolean cancelled;
    private volatile boolean failed;

    private HttpCall(Handler handler) {
        this.handler = handler;
    }

    static HttpCall get(HttpClient http, String uri, Duration timeout, Handler handler) {
        var call = new HttpCall(handler);
        try {
            HttpRequest request = http.newHttpRequestBuilder()
                    .uri(uri)
                    .header("Accept", "application/json")
                    .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .build();
            var answer = http.consumeBytes(request, call::consume);
            call.answer = answer;
            var unused = answer.whenComplete(call::answered);
        } catch (RuntimeException unusableConfiguration) {
            handler.ended(null, unusableConfiguration);
        }
        return call;
    }

    @Override
    public void cancel() {
        cancelled = true;
        var body = this.body;
        if (body != null) {
            body.cancel();
        }
        var answer = this.answer;
        if (answer != null) {
            answer.cancel(false);
        }
    }

    private void answered(@Nullable HttpResponse<AsyncBody> response, @Nullable Throwable cause) {
        if (response == null) {
            handler.ended(null, cause == null ? new CancellationException("no answer") : cause);
            return;
        }
        AsyncBody body = response.body();
        this.body = body;
        if (cancelled) {
            body.cancel();
            handler.ended(null, new CancellationException("cancelled"));
            return;
        }
        failed = !response.isSuccessful();
        if (!failed) {
            handler.opened();
        }
        var unused = body.done().whenComplete((nothing, broken) -> {
            if (failed) {
                handler.ended(ApiJson.trouble(response.code(), errorBody.toByteArray(), retryAfter(response)), null);
            } else {
                handler.ended(null, broken);
            }
        });
        body.consume();
    }

    private void consume(List<ByteBuffer> bytes, AsyncBody body) throws Exception {
        if (!failed) {
            handler.bytes(bytes, body::consume);
            return;
        }
        for (ByteBuffer buffer : bytes) {
            var part = new byte[Math.min(buffer.remaining(), LONGEST_ERROR - errorBody.size())];
            buffer.get(part);
            errorBody.write(part, 0, part.length);
        }
        if (errorBody.size() < LONGEST_ERROR) {
            body.consume();
        } else {
            body.cancel();
        }
    }

    /** Zero without the header, or where nobody understands what it says. */
    private static Duration retryAfter(HttpResponse<?> response) {
        String value = response.header("Retry-After");
        return value == null
                ? Duration.ZERO
                : RetryAfter.parse(value, Instant.now()).orElse(Duration.ZERO);
    }
}
