package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import dev.onehop.health.Signal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on a connection to a pod, and what its end says in OkHttp's words. As a listener of its call's
 * it ends with the answer's body: read to its end, closed before, or broken off. It has
 * ended when the call's next exchange begins, of which it hears as well.
 *
 * <p>Driven by the call's thread, and by whoever reads the body.
 */
final class PodExchange extends EventListener {

    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /** Those below say that the pod has done its work, and there is nothing to come back for (RFC 9110 10.2.3). */
    private static final int MULTIPLE_CHOICES = 300;

    private final Attempt attempt;
    private final Call call;
    private final Connection connection;
    private final PodSocket pod;
    private final boolean reused;
    private volatile int status;
    private volatile boolean bodyOver;
    private @Nullable Duration retryAfter; // published by the status

    PodExchange(Attempt attempt, Call call, Connection connection, PodSocket pod) {
        this.attempt = attempt;
        this.call = call;
        this.connection = connection;
        this.pod = pod;
        this.reused = pod.wasAnswered();
    }

    /** Whether others may be under way on the same connection. */
    static boolean isMultiplexed(Connection connection) {
        Protocol protocol = connection.protocol();
        return protocol == Protocol.HTTP_2 || protocol == Protocol.H2_PRIOR_KNOWLEDGE;
    }

    /** The head of the answer has come. */
    void answering(Response response) {
        int code = response.code();
        if (code >= MULTIPLE_CHOICES) {
            String value = response.header("Retry-After");
            retryAfter = value == null
                    ? null
                    : RetryAfter.parse(value, Instant.now()).orElse(Cooling.UNSAID);
        }
        status = code;
    }

    /** The answer is handed on, its body as far as it has come. */
    void answered(Response response) {
        pod.answered();
        answering(response);
        int code = status;
        if (code == SWITCHING_PROTOCOLS) {
            pod.whenClosed(this::ended); // what follows is under way as long as the connection
        } else if (bodyOver || code == NO_CONTENT || code == NOT_MODIFIED) {
            ended();
        }
    }

    @Override
    public void responseBodyEnd(Call call, long bytes) {
        bodyOver = true;
        if (isBodyComing()) {
            ended();
        }
    }

    @Override
    public void responseFailed(Call call, IOException failure) {
        if (isBodyComing()) {
            failed(failure);
        }
    }

    /** Until the answer is handed on, whoever does so says what becomes of the exchange. */
    private boolean isBodyComing() {
        int code = status;
        return code != 0 && code != SWITCHING_PROTOCOLS;
    }

    /** The answer has come as far as anybody wants it. */
    void ended() {
        int code = status;
        attempt.answered(code, retryAfter);
    }

    /** Whether the head of the answer has come. */
    boolean isAnswered() {
        return status != 0;
    }

    /** Nobody wants more of it: as {@link #ended} where the answer has come, else nothing is learnt. */
    void letGo() {
        if (isAnswered() && !call.isCanceled()) {
            ended();
        } else {
            abandoned();
        }
    }

    /** The caller's own trouble. */
    void abandoned() {
        attempt.close();
    }

    /** It broke off. */
    void failed(IOException failure) {
        if (call.isCanceled()) {
            attempt.close();
            return;
        }
        Optional<Signal> known = known(failure);
        if (known.isPresent()) {
            attempt.failed(known.get());
        } else {
            attempt.failed(failure);
        }
    }

    /** Where core's classifier cannot know OkHttp's words, or what came before. */
    private Optional<Signal> known(IOException failure) {
        if (failure instanceof SocketTimeoutException) {
            return Optional.of(Signal.RESPONSE_TIMEOUT);
        }
        if (failure instanceof InterruptedIOException) {
            return Optional.of(Signal.GIVEN_UP);
        }
        Optional<Signal> ofStream = Http2Ends.signal(failure);
        if (ofStream.isPresent()) {
            return ofStream;
        }
        return status == 0 && reused && !isMultiplexed(connection)
                ? Optional.of(Signal.STALE_CONNECTION)
                : Optional.empty();
    }
}
