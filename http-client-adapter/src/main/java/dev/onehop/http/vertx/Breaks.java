package dev.onehop.http.vertx;

import dev.onehop.health.Classifier;
import dev.onehop.health.Signal;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.http.HttpClosedException;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What an exception that broke an exchange says of its pod, where core's classifier alone would say it wrong.
 *
 * <p>Pure functions.
 */
final class Breaks {

    private static final int MAX_CAUSES = 16;

    private static final Pattern GOAWAY = Pattern.compile("GOAWAY error code = (\\d+)");

    private Breaks() {}

    /**
     * The error code of the GOAWAY that a stream was closed after; empty without one. By the words: Vert.x's own object copies
     * the frame's data first, which may have been released by now.
     */
    static OptionalLong goAway(HttpClosedException closed) {
        Matcher words = GOAWAY.matcher(String.valueOf(closed.getMessage()));
        return words.find() ? OptionalLong.of(Long.parseLong(words.group(1))) : OptionalLong.empty();
    }

    /**
     * Null for an exception that core's classifier is to judge. The connection stood, so that nothing is evidence against
     * connects; and what cannot be decoded is no answer, unless it is a server's refusal of our certificate (TLS 1.3).
     */
    static @Nullable Signal signal(Throwable failure) {
        Signal plain = Classifier.standard().ofFailure(failure);
        boolean nonsense = failure instanceof DecoderException || failure instanceof IllegalArgumentException;
        if (plain.isHard() || (nonsense && plain == Signal.OTHER)) {
            return isClientRefused(failure) ? Signal.TLS_CLIENT_REFUSED : Signal.RESET;
        }
        return null;
    }

    /** Whether it is a server's refusal of our certificate. */
    static boolean isOurs(Throwable failure) {
        return Classifier.standard().ofFailure(failure) == Signal.TLS_CLIENT_REFUSED || isClientRefused(failure);
    }

    /** An alert that says less of its reason than those core knows. */
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
