package dev.onehop.metrics;

import dev.onehop.Balancer;
import dev.onehop.OnehopEvent.ViewPublished;
import dev.onehop.Tally;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Ejection;
import dev.onehop.health.Signal;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one Service port. Which there are, and what they mean, is in {@code docs/metrics.md}; a test holds the two
 * together.
 *
 * <p>Not thread-safe: guarded by its {@link BoundMeters}.
 */
final class PortMeters implements AutoCloseable {

    private static final Duration[] PUBLISH_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofSeconds(1)
    };

    private final MeterRegistry registry;
    private final Tags tags;

    /** Held here, for the registry holds what its meters read by weak references only. */
    private final Balancer balancer;

    private final List<Meter> meters = new ArrayList<>();
    private final Timer publish;
    private final @Nullable PodMeters pods;

    PortMeters(MeterRegistry registry, Tags common, Balancer balancer, boolean perPod) {
        this.registry = registry;
        this.tags = common.and(PortTags.of(balancer.port()));
        this.balancer = balancer;
        attempts();
        connections();
        health();
        HeldConnectionMeters.add(this);
        meters.addAll(QuarantineMeters.register(registry, tags, balancer));
        lastResort();
        DiscoveryMeters.add(this);
        meters.addAll(DiscoveryMeters.register(registry, tags, balancer));
        publish = Timer.builder("onehop.view.publish")
                .description("From the arrival of a view to the snapshot that picks see")
                .tags(tags)
                .serviceLevelObjectives(PUBLISH_BUCKETS)
                .register(registry);
        meters.add(publish);
        pods = perPod ? new PodMeters(registry, tags) : null;
        follow(balancer.eligible());
    }

    /** Takes a newer snapshot. */
    void published(ViewPublished event) {
        publish.record(event.took());
        follow(event.snapshot());
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
        if (pods != null) {
            pods.close();
        }
    }

    private void follow(Eligible snapshot) {
        if (pods != null) {
            pods.follow(snapshot, balancer);
        }
    }

    private void attempts() {
        counter("onehop.attempts.started", "Attempts opened on backends", Tags.empty(), Tally::started);
        String ended = "Attempts on backends that have ended, by outcome";
        counter("onehop.attempts.ended", ended, Tags.of("outcome", "succeeded"), Tally::succeeded);
        counter("onehop.attempts.ended", ended, Tags.of("outcome", "failed"), Tally::failed);
        counter("onehop.attempts.ended", ended, Tags.of("outcome", "abandoned"), Tally::abandoned);
        gauge(
                "onehop.attempts.active",
                "Attempts on backends open now",
                Tags.empty(),
                each -> each.tally().inFlight());
        for (Signal signal : Signal.values()) {
            counter(
                    "onehop.attempts.failures",
                    "Failed attempts, by what that says of the backend",
                    Tags.of("signal", TagValue.of(signal)),
                    tally -> tally.failed(signal));
        }
        gauge(
                "onehop.feedback.missing",
                "1 when a hundred attempts were opened and nobody has ever said how one went",
                Tags.empty(),
                each -> each.tally().isFeedbackMissing() ? 1 : 0);
    }

    private void connections() {
        for (FallbackReason reason : FallbackReason.values()) {
            counter(
                    "onehop.fallbacks",
                    "Connections that went to the ClusterIP, by reason",
                    Tags.of("reason", TagValue.of(reason)),
                    tally -> tally.fallbacks(reason));
        }
        for (Verdict verdict : List.of(Verdict.REJECT, Verdict.DROP, Verdict.NOT_PROXIED, Verdict.UNKNOWN)) {
            counter(
                    "onehop.refusals",
                    "Connections refused, by verdict",
                    Tags.of("verdict", TagValue.of(verdict)),
                    tally -> tally.refusals(verdict));
        }
        counter(
                "onehop.failovers",
                "Dials that went on to another backend after a failed one",
                Tags.empty(),
                Tally::failovers);
        counter(
                "onehop.failovers.refused",
                "Dials that did not go on because the Service's retry budget was spent or most backends refuse",
                Tags.empty(),
                Tally::failoversRefused);
        counter("onehop.hedges", "Dials begun beside a slow one, on another backend", Tags.empty(), Tally::hedges);
    }

    private void health() {
        String backends = "Backends of the Service port now";
        gauge(
                "onehop.backends",
                backends,
                Tags.of("state", "eligible"),
                each -> each.eligible().size());
        gauge(
                "onehop.backends",
                backends,
                Tags.of("state", "ejected"),
                each -> each.eligible().ejected().size());
        gauge(
                "onehop.backends.failed.open",
                "1 when every backend is ejected, and so all are used",
                Tags.empty(),
                each -> each.eligible().failedOpen() ? 1 : 0);
        for (Ejection.Kind kind : Ejection.Kind.values()) {
            counter(
                    "onehop.ejections",
                    "Backends ejected, by kind of evidence",
                    Tags.of("kind", TagValue.of(kind)),
                    tally -> tally.ejections(kind));
        }
        counter("onehop.returns", "Ejected backends that came back", Tags.empty(), Tally::returns);
        counter(
                "onehop.trials.leaked",
                "Requests sent to try an ejected backend that were not ended in time",
                Tags.empty(),
                Tally::trialsLeaked);
        SharedFateMeters.add(this);
        CheckMeters.add(this);
    }

    private void lastResort() {
        counter(
                "onehop.last.resort.entered",
                "How often connections began to go to endpoints that are not ready",
                Tags.empty(),
                Tally::lastResorts);
        gauge(
                "onehop.last.resort",
                "1 while connections go to endpoints that are not ready",
                Tags.empty(),
                each -> each.eligible().isLastResort() ? 1 : 0);
    }

    /** A counter of this port. */
    void counter(String name, String description, Tags own, ToDoubleFunction<Tally> read) {
        meters.add(FunctionCounter.builder(name, balancer.tally(), read)
                .description(description)
                .tags(tags.and(own))
                .register(registry));
    }

    /** A gauge of this port. */
    void gauge(String name, String description, Tags own, ToDoubleFunction<Balancer> read) {
        meters.add(Gauge.builder(name, balancer, read)
                .description(description)
                .tags(tags.and(own))
                .register(registry));
    }
}
