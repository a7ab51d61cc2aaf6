package dev.onehop.metrics;

import dev.onehop.Onehop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * The meters of an {@link Onehop}, for each Service port in use: {@code new OnehopMetrics(onehop).bindTo(registry)}. Ports
 * that come into use later are bound then, and meters of ports that are gone are removed. {@code docs/metrics.md} has every
 * meter in a sentence.
 *
 * <p>Calls do not pay for it: meters read the counters that are kept anyway, when somebody looks at them. No tag names a pod
 * unless {@link #perPod} asks for it.
 *
 * <p>Shared: safe from any thread. Meters are registered on Onehop's own thread, soon after {@link #bindTo}.
 */
public final class OnehopMetrics implements MeterBinder, AutoCloseable {

    private final Onehop onehop;
    private final Tags tags;
    private final Supplier<Instant> wallClock;
    private final Queue<Runnable> bound = new ConcurrentLinkedQueue<>();
    private volatile boolean perPod;

    /** The meters of {@code onehop}, without tags of your own. */
    public OnehopMetrics(Onehop onehop) {
        this(onehop, List.of());
    }

    /**
     * As the other.
     *
     * @param tags added to every meter; what tells two {@code Onehop}s in one registry apart
     */
    public OnehopMetrics(Onehop onehop, Iterable<Tag> tags) {
        this(onehop, tags, Instant::now);
    }

    OnehopMetrics(Onehop onehop, Iterable<Tag> tags, Supplier<Instant> wallClock) {
        this.onehop = Objects.requireNonNull(onehop, "onehop");
        this.tags = Tags.of(tags);
        this.wallClock = wallClock;
    }

    /**
     * Whether each backend has meters of its own, too, with the tags {@code pod} and {@code address}; they are removed when
     * it leaves. Off by default: a Service's pods are as many as its rollouts make them. Counts for what is bound later.
     */
    public OnehopMetrics perPod(boolean perPod) {
        this.perPod = perPod;
        return this;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        var meters = new BoundMeters(registry, tags, perPod, wallClock);
        var listening = onehop.listen(meters);
        bound.add(() -> {
            listening.close();
            meters.close();
        });
    }

    /** Removes all meters from all registries. Closing the {@code Onehop} does not: its last numbers stay. Idempotent. */
    @Override
    public void close() {
        for (Runnable unbind = bound.poll(); unbind != null; unbind = bound.poll()) {
            unbind.run();
        }
    }
}
