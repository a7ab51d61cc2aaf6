package dev.onehop.k8s;

import dev.onehop.service.Printable;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * Why a list or a watch did not go on, in the terms in which a {@link Reflector} acts.
 *
 * <p>Immutable.
 *
 * @param why for people; printable
 * @param retryAfter what the server asked for, or zero
 */
record Trouble(Kind kind, String why, Duration retryAfter) {

    enum Kind {
        /** The resourceVersion is of no use any more: list again. */
        EXPIRED,
        /** 401: the token is old, or was never good. */
        UNAUTHORIZED,
        /** 403: a Role is missing. */
        FORBIDDEN,
        /** 404: this server has no such resource. */
        UNSUPPORTED,
        /** What arrived was no JSON, or too long: nothing after it can be trusted. */
        GARBLED,
        /** No answer, an unfinished one, or one that says the server is not well. */
        UNREACHABLE;

        /** Whether going on from the last resourceVersion makes no sense. */
        boolean needsList() {
            return this == EXPIRED || this == GARBLED || this == FORBIDDEN || this == UNSUPPORTED;
        }

        /** Whether the server is there and has answered, if not what was hoped for. */
        boolean isAnswer() {
            return this != GARBLED && this != UNREACHABLE;
        }

        /** Whether only a person can change it, so that asking often is of no use. */
        boolean needsPerson() {
            return this == FORBIDDEN || this == UNSUPPORTED;
        }
    }

    static Trouble of(Kind kind, String why) {
        return new Trouble(kind, Printable.of(why), Duration.ZERO);
    }

    /** Only of an IOException are the words told: the JDK quotes a header it refuses, and with it a token (S-17). */
    static Trouble unreachable(Throwable cause) {
        Throwable told = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        if (!(told instanceof IOException)) {
            String what = told.getClass().getSimpleName();
            return of(
                    Kind.UNREACHABLE,
                    told instanceof CancellationException
                            ? "connection broken (" + what + ")"
                            : "unusable request (" + what + "): check token and address");
        }
        String what = told.getClass().getSimpleName() + (told.getMessage() == null ? "" : ": " + told.getMessage());
        if (told instanceof ConnectException) {
            return of(Kind.UNREACHABLE, "cannot connect (" + what + ")");
        }
        return of(Kind.UNREACHABLE, "connection broken (" + what + ")");
    }

    /**
     * What an HTTP status, or the code of a Status object inside a watch, means.
     *
     * @param message the Status' own words, possibly empty
     */
    static Trouble ofStatus(int code, String message, Duration retryAfter) {
        Kind kind = switch (code) {
            case 400, 410 -> Kind.EXPIRED;
            case 401 -> Kind.UNAUTHORIZED;
            case 403 -> Kind.FORBIDDEN;
            case 404 -> Kind.UNSUPPORTED;
            case 504 -> message.contains("Too large resource version") ? Kind.EXPIRED : Kind.UNREACHABLE;
            default -> Kind.UNREACHABLE;
        };
        return new Trouble(kind, Printable.of(message.isEmpty() ? "HTTP " + code : code + ": " + message), retryAfter);
    }
}
