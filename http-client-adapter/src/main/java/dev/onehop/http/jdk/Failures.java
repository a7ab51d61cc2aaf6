package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * How failures are told to callers: by the JDK's own exceptions, with what Onehop knows added.
 *
 * <p>Pure, apart from what is added to the exceptions.
 */
final class Failures {

    private Failures() {}

    /** Without what futures wrap around it. */
    static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** For {@code throw}: {@code cause} itself where {@code HttpClient.send} may throw it. */
    static IOException thrown(Throwable cause) throws InterruptedException {
        if (cause instanceof IOException io) {
            return io;
        } else if (cause instanceof InterruptedException interrupted) {
            throw interrupted;
        } else if (cause instanceof RuntimeException runtime) {
            throw runtime;
        } else if (cause instanceof Error error) {
            throw error;
        }
        return new IOException(cause.getMessage(), cause);
    }

    /**
     * Core says with a socket's exception that the time is over.
     *
     * @param patience the request's own time; where it is not over, the connect timeout's is
     */
    static Throwable asTheJdkSaysIt(Throwable failure, Patience patience) {
        if (!(failure instanceof SocketTimeoutException)) {
            return failure;
        }
        HttpTimeoutException said =
                patience.isOver() ? Transport.timedOut() : new HttpConnectTimeoutException("HTTP connect timed out");
        return said.initCause(failure);
    }

    /** Says why the request went to the ClusterIP: the wrapped client knows nothing of it, nor says which name DNS lacks. */
    static Throwable explained(Attempt fallback, Throwable failure) {
        String why = fallback.address().getHostString() + ":"
                + fallback.address().getPort() + " went to the ClusterIP by name: "
                + fallback.fallback().map(to -> to.reason() + ": " + to.why()).orElse("");
        if (failure instanceof ConnectException && failure.getMessage() == null) {
            return new ConnectException(why).initCause(failure);
        }
        failure.addSuppressed(new ConnectException(why));
        return failure;
    }
}
