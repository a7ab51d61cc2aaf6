package dev.onehop;

import dev.onehop.route.Destination;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that nobody tells how the attempts on a Service port go, so that nothing can be learnt about its backends
 * (F-55).
 *
 * <p>Shared: safe from any thread; what it says, it says on the loop.
 */
final class FeedbackDoubt {

    private static final Logger log = LoggerFactory.getLogger(ServicePipeline.class);

    /** How long feedback may be missing before that is worth a line: calls may take their time. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Destination port;
    private final SerialScheduler loop;
    private final BooleanSupplier closed;
    private final Tally tally;
    private final PortEvents events;

    FeedbackDoubt(Destination port, SerialScheduler loop, BooleanSupplier closed, Tally tally, PortEvents events) {
        this.port = port;
        this.loop = loop;
        this.closed = closed;
        this.tally = tally;
        this.events = events;
    }

    /** Many attempts, and not a word: says so, unless one comes while calls may still be running. */
    void arises() {
        var unused = loop.schedule(GRACE, () -> {
            if (!closed.getAsBoolean() && tally.isFeedbackMissing()) {
                log.warn(
                        "{}: {} attempts or more, and nobody has said how one of them went: nothing is learnt about these"
                                + " backends (is the adapter's feedback wired? see docs/adapters.md)",
                        port,
                        Feedback.ENOUGH);
                events.tell(new OnehopEvent.FeedbackMissing(port));
            }
        });
    }
}
