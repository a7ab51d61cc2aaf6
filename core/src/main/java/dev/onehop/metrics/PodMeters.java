package dev.onehop.metrics;

import dev.onehop.Balancer;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The meters of each backend of a Service port, where they are asked for. They live as long as the backend is routed to; a
 * new pod under an old name and address is another backend, whose counters begin at 0.
 *
 * <p>Not thread-safe: guarded by its {@link BoundMeters}.
 */
final class PodMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final Tags ofPort;
    private final IdentityHashMap<Backend, List<Meter>> meters = new IdentityHashMap<>();

    PodMeters(MeterRegistry registry, Tags ofPort) {
        this.registry = registry;
        this.ofPort = ofPort;
    }

    /** Meters for the backends of {@code snapshot} and for no other. */
    void follow(Eligible snapshot, Balancer balancer) {
        Set<Backend> present = Collections.newSetFromMap(new IdentityHashMap<>());
        present.addAll(snapshot.backends());
        present.addAll(snapshot.ejected());
        // First those that left: a pod that was replaced at its address would otherwise be given their meters.
        meters.entrySet().removeIf(entry -> {
            boolean left = !present.contains(entry.getKey());
            if (left) {
                entry.getValue().forEach(registry::remove);
            }
            return left;
        });
        present.forEach(backend -> meters.computeIfAbsent(backend, each -> register(each, balancer)));
    }

    @Override
    public void close() {
        meters.values().forEach(each -> each.forEach(registry::remove));
        meters.clear();
    }

    private List<Meter> register(Backend backend, Balancer balancer) {
        Tags tags = ofPort.and(
                "pod", backend.podName().map(TagValue::of).orElse("none"),
                "address", backend.key().address());
        var all = new ArrayList<Meter>();
        all.add(counter(
                "onehop.pod.attempts.started", "Attempts opened on the backend", backend, tags, Backend::started));
        String ended = "Attempts on the backend that have ended, by outcome";
        String name = "onehop.pod.attempts.ended";
        all.add(counter(name, ended, backend, tags.and("outcome", "succeeded"), Backend::succeeded));
        all.add(counter(name, ended, backend, tags.and("outcome", "failed"), Backend::failed));
        all.add(counter(name, ended, backend, tags.and("outcome", "abandoned"), Backend::abandoned));
        all.add(gauge(
                "onehop.pod.attempts.active", "Attempts on the backend open now", backend, tags, Backend::inFlight));
        all.add(gauge(
                "onehop.pod.ejected",
                "1 while the backend is ejected",
                backend,
                tags,
                each -> balancer.eligible().ejection(each).isPresent() ? 1 : 0));
        return all;
    }

    private Meter counter(String name, String description, Backend backend, Tags tags, ToDoubleFunction<Backend> read) {
        return FunctionCounter.builder(name, backend, read)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private Meter gauge(String name, String description, Backend backend, Tags tags, ToDoubleFunction<Backend> read) {
        return Gauge.builder(name, backend, read)
                .description(description)
                .tags(tags)
                .register(registry);
    }
}
