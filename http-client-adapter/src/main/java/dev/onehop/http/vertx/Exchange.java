package dev.onehop.http.vertx;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import dev.onehop.health.Signal;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection to a pod, until the end of its response, or of what came in its place.
 *
 * <p>Serial: on the request's context.
 */
final class Exchange {

    private final PodConnection pod;
    private final HttpClientRequest request;
    private final Attempt attempt;
    private final long turn;

    /** Vert.x follows the redirect that is this exchange's answer: the request's end is another exchange's. */
    private boolean redirected;

    /** Its pod has said that it has done nothing with it. */
    private boolean notBegun;

    /** Its connection had been idle, and ended before anything of an answer. */
    private boolean overtaken;

    private Exchange(PodConnection pod, HttpClientRequest request, Attempt attempt) {
        this.pod = pod;
        this.request = request;
        this.attempt = attempt;
        this.turn = pod.turn();
    }

    /**
     * Follows a request that its caller does not have yet.
     *
     * @return empty where the connection is retired, and the request is to be sent by another
     */
    static Optional<Exchange> follow(PodConnection pod, HttpClientRequest request) {
        return pod.begin().map(attempt -> {
            var exchange = new Exchange(pod, request, attempt);
            request.response().onComplete(exchange::headed, failure -> exchange.failed(failure));
            return exchange;
        });
    }

    /** Whether it has failed because its pod has not begun it, whatever it is. */
    boolean isNotBegun() {
        return notBegun;
    }

    /** Whether it has failed because its pod had closed the connection, as far as one can know (reliability 3.1). */
    boolean isOvertaken() {
        return overtaken;
    }

    /** The answer is a redirect that Vert.x follows. */
    void redirected(HttpClientResponse response) {
        redirected = true;
        judged(response);
    }

    private void headed(HttpClientResponse response) {
        if (redirected) {
            return;
        }
        if (response.request() != request) { // by a handler of the caller's own
            pod.ended();
            attempt.succeeded();
        } else {
            judged(response);
        }
    }

    private void judged(HttpClientResponse response) {
        int status = response.statusCode();
        String after = response.getHeader(HttpHeaders.RETRY_AFTER);
        Duration retryAfter =
                after == null ? null : RetryAfter.parse(after, Instant.now()).orElse(Cooling.UNSAID);
        boolean tunnel = status == 101 || (request.getMethod().equals(HttpMethod.CONNECT) && status / 100 == 2);
        end(response).onComplete(ended -> answered(status, retryAfter), failure -> {
            if (tunnel) { // which knows no other end
                answered(status, retryAfter);
            } else {
                broken(failure, true);
            }
        });
    }

    private static Future<Void> end(HttpClientResponse response) {
        try {
            return response.end();
        } catch (IllegalStateException hasEnded) {
            return Future.succeededFuture();
        }
    }

    private void answered(int status, @Nullable Duration retryAfter) {
        pod.ended();
        attempt.answered(status, retryAfter);
    }

    private void failed(Throwable failure) {
        if (!redirected) {
            broken(failure, false);
        }
    }

    private void broken(Throwable failure, boolean headed) {
        boolean stale = !headed && pod.isReusedAlone(turn);
        pod.ended();
        if (failure instanceof StreamResetException reset) {
            reset(reset.getCode());
        } else if (failure instanceof TimeoutException) { // the client's own, not one around its future
            timedOut();
        } else if (failure instanceof HttpClosedException closed) {
            closed(closed, stale);
        } else {
            judged(failure, stale);
        }
    }

    private void closed(HttpClosedException closed, boolean stale) {
        OptionalLong goAway = Breaks.goAway(closed);
        Throwable broken = pod.wire().broken();
        if (pod.wire().isClosedByUser()) {
            attempt.close();
        } else if (goAway.isPresent()) {
            boolean calm = goAway.getAsLong() == Http2Error.ENHANCE_YOUR_CALM.code();
            notBegun = !calm && pod.wire().isNotBegun(request.streamId());
            attempt.failed(calm ? Signal.BUSY : Signal.CONNECTION_ENDS);
        } else if (broken != null) {
            judged(broken, stale);
        } else if (stale) {
            overtaken();
        } else {
            attempt.failed(Signal.RESET);
        }
    }

    private void overtaken() {
        overtaken = true;
        attempt.failed(Signal.STALE_CONNECTION);
    }

    private void refused() {
        notBegun = true;
        attempt.failed(Signal.CONNECTION_ENDS);
    }

    private void judged(Throwable failure, boolean stale) {
        if (failure instanceof IOException && stale) {
            overtaken();
        } else if (failure instanceof Http2Exception http2 && http2.error() == Http2Error.REFUSED_STREAM) {
            refused(); // by our side, after a GOAWAY
        } else {
            Signal signal = Breaks.signal(failure);
            if (signal == null) {
                attempt.failed(failure);
            } else {
                attempt.failed(signal);
            }
        }
    }

    /** The caller's own time, as long as it has more to send and the pod takes it. */
    private void timedOut() {
        boolean waitsForCaller;
        try {
            waitsForCaller = !request.writeQueueFull();
        } catch (IllegalStateException hasEnded) {
            waitsForCaller = false;
        }
        if (waitsForCaller) {
            attempt.close();
        } else {
            attempt.failed(Signal.RESPONSE_TIMEOUT);
        }
    }

    /** By the pod or by the caller, whose resets Vert.x gives as the pod's: over HTTP/1.1 there are none of a pod's. */
    private void reset(long code) {
        boolean callers = request.version() != HttpVersion.HTTP_2 || isResetByCaller();
        if (callers || code == Http2Error.NO_ERROR.code()) {
            attempt.close();
        } else if (code == Http2Error.REFUSED_STREAM.code()) {
            refused();
        } else {
            attempt.failed(code == Http2Error.ENHANCE_YOUR_CALM.code() ? Signal.BUSY : Signal.RESET);
        }
    }

    /** Vert.x refuses a second reset by these words; one of a stream that its pod has reset comes to nothing otherwise. */
    private boolean isResetByCaller() {
        Future<Void> second = request.reset(Http2Error.CANCEL.code());
        return second.failed() && "Already reset".equals(second.cause().getMessage());
    }
}
