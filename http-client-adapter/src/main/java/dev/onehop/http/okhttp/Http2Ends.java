package dev.onehop.http.okhttp;

import dev.onehop.health.Signal;
import java.io.IOException;
import java.util.Optional;

/**
 * What OkHttp's words say of HTTP/2's streams.
 *
 * <p>Pure functions.
 */
final class Http2Ends {

    private static final String STREAM_RESET = "stream was reset: ";

    private Http2Ends() {}

    /** Empty where it is none of a stream's ends. */
    static Optional<Signal> signal(IOException failure) {
        if (isTooLate(failure)) {
            return Optional.of(Signal.CONNECTION_ENDS);
        }
        String text = String.valueOf(failure.getMessage());
        if (!text.startsWith(STREAM_RESET)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (text.substring(STREAM_RESET.length())) {
                    case "REFUSED_STREAM", "NO_ERROR" -> Signal.CONNECTION_ENDS;
                    case "ENHANCE_YOUR_CALM" -> Signal.BUSY;
                    default -> Signal.RESET;
                });
    }

    /** Whether the pod has done nothing with it, as it says itself, or by a GOAWAY (RFC 9113 8.7). */
    static boolean isRefused(IOException failure) {
        return (STREAM_RESET + "REFUSED_STREAM").equals(failure.getMessage());
    }

    /** Whether nothing of it was sent, for a GOAWAY had come. */
    static boolean isTooLate(IOException failure) {
        return failure.getClass().getSimpleName().equals("ConnectionShutdownException");
    }
}
