package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejections;
import dev.onehop.health.HardFate;
import dev.onehop.health.Recalls;
import dev.onehop.route.Destination;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether most backends of a Service port refuse, and what follows from it: one failure ejects, so that those that can be
 * reached come first, few calls go on to the others, and once one is back the ejected are looked at again soon
 * (reliability 2.5, hard shared fate). A call's first dial is never held back, for through the ClusterIP it would be made
 * as well.
 *
 * <p>Serial: its state is touched only on the pipeline's loop. {@link #isOn}, {@link #mayExplore} and {@link #text} are
 * shared: safe from any thread.
 */
final class Outage {

    private static final Logger log = LoggerFactory.getLogger(Outage.class);
    private static final long RECALL_NANOS = Duration.ofSeconds(1).toNanos();

    private final Destination port;
    private final RoutedBackends backends;
    private final RandomGenerator random;
    private final Consumer<OnehopEvent> events;
    private final HardFate fate = new HardFate();
    private final Recalls recalls = new Recalls();
    private final ExploringCalls exploring;
    private Ejections ejections = Ejections.none();
    private boolean recall;
    private long recalledNanos;

    /** What to tell of it; empty while there is none. */
    private volatile String text = "";

    /** @param events takes what has happened, to be told when picks see it */
    Outage(
            Destination port,
            RoutedBackends backends,
            RandomGenerator random,
            Consumer<OnehopEvent> events,
            long nowNanos) {
        this.port = port;
        this.backends = backends;
        this.random = random;
        this.events = events;
        this.exploring = new ExploringCalls(random, nowNanos);
        this.recalledNanos = nowNanos - RECALL_NANOS;
    }

    /** Whether there is one. */
    boolean isOn() {
        return !text.isEmpty();
    }

    /** The outage in words, for errors; empty while there is none. */
    Optional<String> text() {
        String now = text;
        return now.isEmpty() ? Optional.empty() : Optional.of(now);
    }

    /** Whether the call that begins now may dial several backends that nobody has reached. */
    boolean mayExplore(long nowNanos) {
        return !isOn() || exploring.take(nowNanos);
    }

    /**
     * A connect to {@code backend} failed.
     *
     * @return whether there is something to {@link #look} at: an outage begins, or one more backend is in it
     */
    boolean failed(Backend backend, long nowNanos) {
        if (!backends.contains(backend)) {
            return false;
        }
        fate.failed(backend.key(), nowNanos);
        return isOn()
                ? ejections.of(backend.key()).isEmpty()
                : fate.mayBegin(backends.keys().size(), ejections)
                        && fate.isShared(backends.all(), ejections, nowNanos);
    }

    /**
     * A connect to {@code backend} stood, and the last one before had failed.
     *
     * @return whether there is something to {@link #look} at
     */
    boolean reached(Backend backend, long nowNanos) {
        if (!isOn() || !backends.contains(backend)) {
            return false;
        }
        exploring.reset(nowNanos);
        ejections
                .of(backend.key())
                .filter(out -> out.kind() == Ejection.Kind.HARD)
                .ifPresent(out -> recalls.at(backend.key(), nowNanos));
        if (nowNanos - recalledNanos >= RECALL_NANOS) {
            recall = true;
        }
        return true;
    }

    /** A connect of ours has ended: a failure or a success like a caller's. */
    boolean probed(Backend backend, boolean connected, long nowNanos) {
        if (connected) {
            return backend.reach().connected(nowNanos) && reached(backend, nowNanos);
        }
        return backend.reach().failed(nowNanos) && failed(backend, nowNanos);
    }

    /** Looks at the present backends and ejections, and gives who is to be tried before its time. */
    Recalls look(Ejections now, long nowNanos) {
        ejections = now;
        boolean was = isOn();
        boolean is = fate.isShared(backends.all(), now, nowNanos);
        if (is) {
            text = port + ": " + fate.refusing() + " of " + fate.present()
                    + " backends refuse connects or do not answer";
        }
        if (is && !was) {
            exploring.reset(nowNanos);
            log.warn(
                    "{} (is the targetPort wrong, does a NetworkPolicy forbid it, has this node lost its network, or is"
                            + " the Service dead?); until that is over most calls get one dial",
                    text);
            events.accept(new OnehopEvent.OutageBegan(port, fate.refusing(), fate.present()));
        }
        if (recall) {
            recall = false;
            recalledNanos = nowNanos;
            recalls.all(backends.keys(), now, nowNanos, random::nextDouble);
        }
        if (!is && was) {
            text = "";
            log.info(
                    "{}: {} of {} backends refuse connects: no outage any more", port, fate.refusing(), fate.present());
            events.accept(new OnehopEvent.OutageEnded(port));
        }
        recalls.keep(now);
        return recalls;
    }

    /** Who is to be ejected at its first failure, for most fail. */
    List<Backend> failing() {
        return fate.failing(backends.all(), ejections);
    }

    /** When there is something to {@link #look} at next, or {@code other} where that is sooner. */
    OptionalLong sooner(OptionalLong other, long nowNanos) {
        return Stream.of(fate.nextNanos(nowNanos), recalls.nextNanos(nowNanos), other)
                .flatMapToLong(OptionalLong::stream)
                .map(next -> next - nowNanos)
                .min()
                .stream()
                .map(left -> nowNanos + left)
                .findFirst();
    }
}
