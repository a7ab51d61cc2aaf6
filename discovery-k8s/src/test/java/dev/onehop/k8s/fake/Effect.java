package dev.onehop.k8s.fake;

import java.time.Duration;

/**
 * What a fault does to a request that meets it.
 *
 * <p>Immutable.
 */
sealed interface Effect {

    /** Answers this instead of the truth. */
    record Answer(HttpResponse response) implements Effect {}

    /** Answers the Status of this code, worded for the request. */
    record Fail(int code) implements Effect {}

    /** Answers the truth later. */
    record Delay(Duration by) implements Effect {}

    /** Announces the whole body, writes this part of it, and stops. */
    record Cut(double part, Ending ending) implements Effect {}

    /** Writes one byte at a time. */
    record Slow(Duration perByte) implements Effect {}

    /** Ends the connection without a word. */
    record Drop(Ending ending) implements Effect {}

    /** Accepts the watch and ends it at once, cleanly. */
    record EndAtOnce() implements Effect {}
}
