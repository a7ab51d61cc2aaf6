package dev.onehop.http.jetty;

import dev.onehop.Attempt;
import dev.onehop.health.Classifier;
import dev.onehop.health.Signal;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * What Jetty's own exceptions say of an exchange, of which core knows nothing.
 *
 * <p>Pure functions, but for the attempt that is ended.
 */
final class Breaks {

    private static final int MAX_CAUSES = 16;

    /** A healthy pod may need this long, but for a timer that is a little early. */
    private static final Duration LEAST = Duration.ofMillis(90);

    private Breaks() {}

    /**
     * Ends an attempt whose exchange broke.
     *
     * @param stale whether its pod had closed the connection before
     */
    static void end(Attempt attempt, Throwable failure, boolean stale) {
        Signal signal = signal(failure);
        if (isOurs(failure) || isUnexplained(failure)) {
            attempt.close();
        } else if (stale) {
            attempt.failed(Signal.STALE_CONNECTION);
        } else if (signal != null) {
            attempt.failed(signal);
        } else {
            attempt.failed(failure);
        }
    }

    /**
     * Whether an exchange failed by its caller's doing: who aborted it, whose body or listener failed, or who had no time left
     * for the pod. A failure that comes over HTTP/1.1 aborts nothing before it is told; HTTP/2's aborts its request itself.
     *
     * @param lasted how long the pod has had it
     */
    static boolean isCallers(Throwable failure, HttpExchange exchange, PodConnection pod, Duration lasted) {
        HttpRequest request = exchange.getRequest();
        if (isTimeout(failure)) {
            return isTotal(failure) && isHaste(lasted, request.getTimeout());
        }
        if (CallersBody.hasFailed(request, failure)) {
            return true;
        }
        if (isAbort(failure, exchange)) {
            return !pod.isMultiplexed() || (pod.isWhole() && !isOfStream(failure)) || isJettys(failure, pod);
        }
        boolean ofBody = exchange.getResponse().getStatus() != 0 && failure != exchange.getRequestFailure();
        return ofBody
                && pod.isWhole()
                && !(failure instanceof HttpResponseException || failure instanceof SSLException);
    }

    /** Whoever aborts a request aborts what has become of it: the last one that the client has made of it. */
    private static boolean isAbort(Throwable failure, HttpExchange exchange) {
        return exchange.getConversation().getExchanges().stream()
                .anyMatch(each -> each.getRequest().getAbortCause() == failure);
    }

    /** The time counts from when a request is queued, so that the pod may have had little of it. */
    private static boolean isHaste(Duration lasted, long timeoutMillis) {
        return lasted.compareTo(LEAST) < 0 || lasted.toMillis() < timeoutMillis / 2;
    }

    private static boolean isTotal(Throwable failure) {
        return String.valueOf(failure.getMessage()).startsWith("Total timeout ");
    }

    /** Jetty's own, and not one of the caller's. */
    private static boolean isTimeout(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return failure instanceof TimeoutException && (isTotal(failure) || text.startsWith("Idle timeout "));
    }

    /**
     * After a GOAWAY Jetty closes the connection as the last but one of its streams ends, in the midst of the last; the pod
     * has closed nothing, or closes a connection of which it has answered all.
     */
    private static boolean isJettys(Throwable failure, PodConnection pod) {
        return failure.getClass() == ClosedChannelException.class && (pod.isOpen() || pod.isLeaving());
    }

    /** What Jetty makes of a stream that its pod has ended. */
    private static boolean isOfStream(Throwable failure) {
        return failure instanceof RetryableRequestException
                || (failure instanceof IOException
                        && String.valueOf(failure.getMessage()).endsWith("_error"));
    }

    /** Whether the connection broke, rather than what it carried. */
    static boolean isClosed(Throwable failure) {
        Signal signal = signal(failure);
        boolean broken = (signal == null ? Classifier.standard().ofFailure(failure) : signal) == Signal.RESET;
        return broken && !isOurs(failure) && !isNonsense(failure);
    }

    /** Whether the pod has said that it does nothing with the request (RFC 9113 8.7), or the request has never left. */
    static boolean isRefused(@Nullable Throwable failure) {
        return failure instanceof RetryableRequestException
                || isUnsent(failure)
                || (failure instanceof IOException && "refused_stream_error".equalsIgnoreCase(failure.getMessage()));
    }

    /** Jetty opens no stream on a connection whose pod has said a GOAWAY in that moment. */
    private static boolean isUnsent(@Nullable Throwable failure) {
        return failure instanceof IllegalStateException && "session closed".equals(failure.getMessage());
    }

    /** The caller has given up, or has closed the client or the connection. */
    private static boolean isOurs(Throwable failure) {
        return failure instanceof CancellationException
                || failure instanceof InterruptedException
                || failure instanceof AsynchronousCloseException;
    }

    /**
     * The stream ended while it was being written. Where the pod reset it, Jetty fails the write first, and forgets the code
     * that says whether the pod refused the stream or broke; what Jetty drops has not left at all.
     */
    private static boolean isUnexplained(Throwable failure) {
        return failure instanceof EOFException
                && ("reset".equals(failure.getMessage()) || "dropped".equals(failure.getMessage()));
    }

    /** Null for an exception that core's classifier is to judge. */
    private static @Nullable Signal signal(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            Signal own = own(cause);
            if (own != null) {
                return own;
            }
        }
        // the connection stood, so that nothing that breaks an exchange is evidence against connects
        Signal plain = Classifier.standard().ofFailure(failure);
        if (!plain.isHard()) {
            return null;
        }
        return isClientRefused(failure) ? Signal.TLS_CLIENT_REFUSED : Signal.RESET;
    }

    private static @Nullable Signal own(Throwable cause) {
        if (cause instanceof TimeoutException) {
            return Signal.RESPONSE_TIMEOUT;
        }
        if (cause instanceof RetryableRequestException
                || isUnsent(cause)) { // the pod's GOAWAY says that it was not begun
            return Signal.CONNECTION_ENDS;
        }
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (cause instanceof IOException && text.endsWith("_error")) {
            return ofStream(text);
        }
        if (isNonsense(cause) || cause instanceof EOFException || cause.getClass() == ClosedChannelException.class) {
            return Signal.RESET;
        }
        return null;
    }

    /** HTTP/2's error codes, as Jetty names them. */
    private static Signal ofStream(String code) {
        return switch (code) {
            case "refused_stream_error", "no_error" -> Signal.CONNECTION_ENDS;
            case "enhance_your_calm_error" -> Signal.BUSY;
            default -> Signal.RESET;
        };
    }

    /** What came was no HTTP. */
    private static boolean isNonsense(Throwable failure) {
        return failure instanceof HttpException;
    }

    /** A server that refuses our certificate says so after the handshake (TLS 1.3). */
    private static boolean isClientRefused(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            String words =
                    String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).replace(' ', '_');
            if (cause instanceof SSLException && words.contains("alert") && words.contains("handshake_failure")) {
                return true;
            }
        }
        return false;
    }
}
