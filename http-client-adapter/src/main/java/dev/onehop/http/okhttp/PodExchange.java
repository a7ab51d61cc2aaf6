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
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on a connection to a pod, and what its end says in OkHttp's words.
 *
 * <p>Driven by the call's thread, and by whoever reads the body.
 */
final class PodExchange {

    private final Attempt attempt;
    private final Call call;
    private final boolean alone;
    private final boolean reused;
    private volatile int status;
    private volatile @Nullable Duration retryAfter;

    /** @param multiplexed whether others may be under way on the same connection */
    PodExchange(Attempt attempt, Call call, PodSocket pod, boolean multiplexed) {
        this.attempt = attempt;
        this.call = call;
        this.alone = !multiplexed;
        this.reused = pod.wasAnswered();
    }

    /** The head of the answer has come. */
    void answering(Response response) {
        String value = response.header("Retry-After");
        retryAfter =
                value == null ? null : RetryAfter.parse(value, Instant.now()).orElse(Cooling.UNSAID);
        status = response.code();
    }

    /** The answer has come as far as anybody wants it. */
    void ended() {
        attempt.answered(status, retryAfter);
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
        return status == 0 && reused && alone ? Optional.of(Signal.STALE_CONNECTION) : Optional.empty();
    }
}
