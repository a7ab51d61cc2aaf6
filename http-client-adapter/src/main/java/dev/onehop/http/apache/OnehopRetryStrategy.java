package dev.onehop.http.apache;

import java.io.IOException;
import java.util.Objects;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * A client's retries, and one at once for what a pod has done nothing with: an HTTP/2 stream that it refuses, or leaves out
 * of its GOAWAY (RFC 9113 8.7), whatever the method. Apache alone repeats such a GET after a second, and no POST.
 *
 * <pre>{@code
 * HttpAsyncClients.custom()
 *         .setConnectionManager(OnehopAsyncConnectionManager.of(onehop))
 *         .setRetryStrategy(OnehopRetryStrategy.over(DefaultHttpRequestRetryStrategy.INSTANCE))
 *         .build();
 * }</pre>
 *
 * <p>A body that cannot be repeated is not, as ever with Apache.
 *
 * <p>Shared: as safe as the strategy it wraps.
 */
public final class OnehopRetryStrategy implements HttpRequestRetryStrategy {

    private final HttpRequestRetryStrategy own;

    private OnehopRetryStrategy(HttpRequestRetryStrategy own) {
        this.own = own;
    }

    /** A strategy that asks {@code own} for all else. */
    public static OnehopRetryStrategy over(HttpRequestRetryStrategy own) {
        return new OnehopRetryStrategy(Objects.requireNonNull(own, "own"));
    }

    @Override
    public boolean retryRequest(HttpRequest request, IOException failure, int execCount, HttpContext context) {
        return (isRepeated(failure, execCount) && !isCancelled(request))
                || own.retryRequest(request, failure, execCount, context);
    }

    @Override
    public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
        return own.retryRequest(response, execCount, context);
    }

    @Override
    public TimeValue getRetryInterval(HttpRequest request, IOException failure, int execCount, HttpContext context) {
        return isRepeated(failure, execCount)
                ? TimeValue.ZERO_MILLISECONDS
                : own.getRetryInterval(request, failure, execCount, context);
    }

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int execCount, HttpContext context) {
        return own.getRetryInterval(response, execCount, context);
    }

    private static boolean isRepeated(IOException failure, int execCount) {
        return failure instanceof Unprocessed && execCount == 1;
    }

    private static boolean isCancelled(HttpRequest request) {
        return request instanceof CancellableDependency call && call.isCancelled();
    }
}
