package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a call to the API server has not said a byte, and whether that is too long.
 *
 * <p>Serial: touched only on its reflector's loop.
 */
final class Silence {

    /* A byte moves no timer: the one that is set looks, when it fires, how long the silence has been by then. */

    private final SerialScheduler loop;
    private final Runnable tooLong;
    private @Nullable Cancellable timer;
    private long lastByteNanos;

    Silence(SerialScheduler loop, Runnable tooLong) {
        this.loop = loop;
        this.tooLong = tooLong;
    }

    /** A call begins, which may be silent for so long. */
    void begin(Duration limit) {
        broken();
        within(limit);
    }

    /** A byte has come. */
    void broken() {
        lastByteNanos = loop.nanoTime();
    }

    /** From now on it may be silent for so long, counted from its last byte. */
    void within(Duration limit) {
        end();
        Duration left = limit.minus(Duration.ofNanos(loop.nanoTime() - lastByteNanos));
        if (left.isNegative() || left.isZero()) {
            tooLong.run();
        } else {
            timer = loop.schedule(left, () -> within(limit));
        }
    }

    /** The call is over. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
