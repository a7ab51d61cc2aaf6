package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection to a pod, and how the pod did. It ends when the client says that it is complete; where the
 * client follows the answer itself (a redirect, a challenge), of which nobody is told, when the next request is queued.
 *
 * <p>Shared: safe from any thread.
 */
final class PodExchange implements Response.CompleteListener, Response.FailureListener {

    private static final String KEY = PodExchange.class.getName();
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;

    /** A pod that had closed the connection before says so within a round trip; one that takes longer was at work. */
    private static final long AT_ONCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final HttpExchange exchange;
    private final HttpFields headers;
    private final Attempt attempt;
    private final PodConnection pod;
    private final boolean reused;
    private final long beganNanos = System.nanoTime();
    private volatile boolean callers;
    private volatile boolean failed;

    private PodExchange(HttpExchange exchange, HttpFields headers, Attempt attempt, PodConnection pod, boolean reused) {
        this.exchange = exchange;
        this.headers = headers;
        this.attempt = attempt;
        this.pod = pod;
        this.reused = reused;
    }

    /**
     * @param reused whether its pod may have closed the connection since the exchange before, which had it alone
     * @param again whether it may be sent again, by another connection
     */
    static PodExchange of(HttpExchange exchange, Attempt attempt, PodConnection pod, boolean reused, boolean again) {
        HttpRequest request = exchange.getRequest();
        var watched = new PodExchange(exchange, headersOf(request), attempt, pod, reused);
        request.attribute(KEY, watched);
        exchange.getResponseListeners().addFailureListener(watched);
        exchange.getResponseListeners().addCompleteListener(watched, false);
        CallersBody.watch(request);
        exchange.getConversation().updateResponseListeners(again ? SentAgain.of(request, watched) : null);
        return watched;
    }

    /** As the caller had them, before Jetty added its own: which it has where another connection gave the request back. */
    private static HttpFields headersOf(HttpRequest request) {
        PodExchange before = of(request);
        return before == null ? request.getHeaders().asImmutable() : before.headers; // Jetty copies what it adds to
    }

    /** The last one of a request; null where it has had none. */
    private static @Nullable PodExchange of(HttpRequest request) {
        return request.getAttributes().get(KEY) instanceof PodExchange last && last.exchange.getRequest() == request
                ? last
                : null;
    }

    /** A request has been queued, perhaps one that follows another. */
    static void followed(Request next) {
        if (!(next instanceof HttpRequest own)) {
            return;
        }
        Deque<HttpExchange> all = own.getConversation().getExchanges();
        HttpExchange first = all.peekFirst();
        if (first != null && first.getRequest() != own) {
            endBefore(own, all.descendingIterator());
        }
    }

    private static void endBefore(HttpRequest next, Iterator<HttpExchange> latestFirst) {
        while (latestFirst.hasNext()) {
            HttpRequest earlier = latestFirst.next().getRequest();
            PodExchange before = earlier == next ? null : of(earlier);
            if (before != null) {
                before.over();
                return;
            }
        }
    }

    /** The request's headers as its caller had them. */
    HttpFields headers() {
        return headers;
    }

    /** Told before Jetty closes the connection because of it, while one can still tell whose failure it is, and once more. */
    @Override
    public void onFailure(Response response, Throwable failure) {
        if (failed) {
            return;
        }
        failed = true;
        callers = Breaks.isCallers(failure, exchange, pod, Duration.ofNanos(System.nanoTime() - beganNanos));
    }

    @Override
    public void onComplete(Result result) {
        over();
    }

    /** Nothing of it was sent. */
    void abandon() {
        attempt.close();
    }

    /** Whether its pod had closed the connection, after the exchange before. */
    boolean isStale() {
        Throwable failure = reused && exchange.getResponse().getStatus() == 0 ? exchange.getResponseFailure() : null;
        return failure != null
                && !callers
                && System.nanoTime() - beganNanos < AT_ONCE_NANOS
                && Breaks.isClosed(failure);
    }

    /** Whether its pod has said that it does nothing with it, or it was never told. */
    boolean isRefused() {
        return !callers && exchange.getResponse().getStatus() == 0 && Breaks.isRefused(exchange.getResponseFailure());
    }

    /** Its connection speaks HTTP no more. */
    void connectionGone() {
        if (isSwitched(exchange.getResponse().getStatus())) {
            over();
        }
    }

    /** It has come to its end. */
    void over() {
        Response response = exchange.getResponse();
        int status = response.getStatus();
        Throwable failure = exchange.getResponseFailure();
        if (callers) {
            attempt.close();
        } else if (failure != null) {
            Breaks.end(attempt, failure, isStale());
        } else if (status == 0) {
            attempt.close();
        } else if (!isSwitched(status) || pod.isGone()) { // else it goes on in another protocol
            attempt.answered(status, status < MULTIPLE_CHOICES ? null : retryAfter(response));
        }
    }

    /** Whether its connection is its caller's from then on, by an upgrade or a tunnel. */
    private boolean isSwitched(int status) {
        return status == SWITCHING_PROTOCOLS
                || (status >= OK
                        && status < MULTIPLE_CHOICES
                        && !pod.isMultiplexed()
                        && HttpMethod.CONNECT.is(exchange.getRequest().getMethod()));
    }

    /**
     * Null without the header, which successes are not looked through for (RFC 9110 10.2.3); where nobody understands what it
     * says, as if it did not say for how long.
     */
    private static @Nullable Duration retryAfter(Response response) {
        String value = response.getHeaders().get(HttpHeader.RETRY_AFTER);
        return value == null ? null : RetryAfter.parse(value, Instant.now()).orElse(Cooling.UNSAID);
    }
}
