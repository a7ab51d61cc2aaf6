package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.HttpRequest;
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

    private final Request request;
    private final Attempt attempt;
    private final PodConnection pod;
    private final boolean reused;
    private final long beganNanos = System.nanoTime();
    private volatile boolean callers;
    private volatile boolean failed;

    private PodExchange(Request request, Attempt attempt, PodConnection pod, boolean reused) {
        this.request = request;
        this.attempt = attempt;
        this.pod = pod;
        this.reused = reused;
    }

    /**
     * @param reused whether its pod may have closed the connection since the exchange before, which had it alone
     * @param again whether it may be sent again, by another connection
     */
    static PodExchange of(HttpExchange exchange, Attempt attempt, PodConnection pod, boolean reused, boolean again) {
        var watched = new PodExchange(exchange.getRequest(), attempt, pod, reused);
        HttpConversation conversation = exchange.getConversation();
        conversation.setAttribute(KEY, watched);
        exchange.getResponseListeners().addFailureListener(watched);
        exchange.getResponseListeners().addCompleteListener(watched, false);
        CallersBody.watch(exchange.getRequest());
        conversation.updateResponseListeners(again ? SentAgain.of(exchange.getRequest(), watched) : null);
        return watched;
    }

    /** A request has been queued, perhaps one that follows another. */
    static void followed(Request next) {
        if (next instanceof HttpRequest own
                && own.getConversation().getAttribute(KEY) instanceof PodExchange before
                && before.request != next) {
            before.over();
        }
    }

    /** Told before Jetty closes the connection because of it, while one can still tell whose failure it is, and once more. */
    @Override
    public void onFailure(Response response, Throwable failure) {
        if (failed) {
            return;
        }
        failed = true;
        HttpExchange exchange = exchange();
        callers = exchange != null
                && Breaks.isCallers(failure, exchange, pod, Duration.ofNanos(System.nanoTime() - beganNanos));
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
        HttpExchange exchange = reused ? exchange() : null;
        Throwable failure =
                exchange == null || exchange.getResponse().getStatus() != 0 ? null : exchange.getResponseFailure();
        return failure != null
                && !callers
                && System.nanoTime() - beganNanos < AT_ONCE_NANOS
                && Breaks.isClosed(failure);
    }

    /** Whether its pod has said that it does nothing with it, or it was never told. */
    boolean isRefused() {
        HttpExchange exchange = exchange();
        return exchange != null
                && !callers
                && exchange.getResponse().getStatus() == 0
                && Breaks.isRefused(exchange.getResponseFailure());
    }

    /** Its connection speaks HTTP no more. */
    void connectionGone() {
        HttpExchange exchange = exchange();
        if (exchange != null && isSwitched(exchange)) {
            over();
        }
    }

    /** It has come to its end. */
    void over() {
        HttpExchange exchange = exchange();
        if (exchange == null) {
            attempt.close();
            return;
        }
        Response response = exchange.getResponse();
        Throwable failure = exchange.getResponseFailure();
        if (callers) {
            attempt.close();
        } else if (failure != null) {
            Breaks.end(attempt, failure, isStale());
        } else if (response.getStatus() == 0) {
            attempt.close();
        } else if (!isSwitched(exchange) || pod.isGone()) { // else it goes on in another protocol
            attempt.answered(response.getStatus(), retryAfter(response));
        }
    }

    /** Whether its connection is its caller's from then on, by an upgrade or a tunnel. */
    private boolean isSwitched(HttpExchange exchange) {
        int status = exchange.getResponse().getStatus();
        return status == SWITCHING_PROTOCOLS
                || (!pod.isMultiplexed()
                        && HttpMethod.CONNECT.is(request.getMethod())
                        && status >= OK
                        && status < MULTIPLE_CHOICES);
    }

    /** Jetty's own of this request; the first is soon found, and so is the last. */
    private @Nullable HttpExchange exchange() {
        if (request instanceof HttpRequest own) {
            for (HttpExchange each : own.getConversation().getExchanges()) {
                if (each.getRequest() == request) {
                    return each;
                }
            }
        }
        return null;
    }

    /** Null without the header; where nobody understands what it says, as if it did not say for how long. */
    private static @Nullable Duration retryAfter(Response response) {
        String value = response.getHeaders().get(HttpHeader.RETRY_AFTER);
        return value == null ? null : RetryAfter.parse(value, Instant.now()).orElse(Cooling.UNSAID);
    }
}
