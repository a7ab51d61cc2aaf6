package dev.onehop;

import dev.onehop.health.Outliers;
import dev.onehop.health.SharedFate;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Destination;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether so many backends of a Service port answer badly that it is not them, so that none is ejected for that
 * (reliability 2.5, soft shared fate); and who hears of it.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class Panic {

    private static final Logger log = LoggerFactory.getLogger(Panic.class);

    private final Destination port;
    private final RoutedBackends backends;
    private final Consumer<OnehopEvent> events;
    private final SharedFate fate = new SharedFate();
    private boolean on;

    /** @param events takes what has happened, to be told when picks see it */
    Panic(Destination port, RoutedBackends backends, Consumer<OnehopEvent> events) {
        this.port = port;
        this.backends = backends;
        this.events = events;
    }

    /** The answers of a backend were bad, often enough to nominate it. */
    void nominated(BackendKey key, long nowNanos) {
        fate.nominated(key, nowNanos);
    }

    /** Whether there is panic at this time, among the present backends. */
    boolean isOn(long nowNanos) {
        fate.keep(backends.keys());
        boolean now = fate.isShared(Outliers.withTraffic(backends.all()), nowNanos);
        if (now && !on) {
            log.warn(
                    "{}: most backends answer badly: it is probably not them, so none is ejected for that"
                            + " (something they share, or these requests)",
                    port);
        }
        if (now != on) {
            events.accept(now ? new OnehopEvent.PanicBegan(port) : new OnehopEvent.PanicEnded(port));
        }
        on = now;
        return now;
    }
}
