package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.time.SerialScheduler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Begins reflectors. The first {@value #OWN_REFLECTORS} Services of a namespace get their own, which see only what they
 * need; further ones share one that sees the namespace, so that connections stay bounded.
 *
 * <p>Serial: touched only on the discovery's loop.
 */
final class Inputs {

    static final int OWN_REFLECTORS = 30;

    private final ApiResources api;
    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Reachability server;
    private final Map<String, Integer> owned = new HashMap<>();
    private final Map<String, SharedReflector<Service>> services = new HashMap<>();
    private final Map<String, SharedReflector<CheckedSlice>> slices = new HashMap<>();

    Inputs(ApiResources api, SerialScheduler loop, RandomGenerator random) {
        this.api = api;
        this.loop = loop;
        this.random = random;
        server = new Reachability(loop, random);
    }

    Input service(ServiceKey service, Consumer<Snapshot<Service>> listener) {
        String namespace = service.namespace();
        return takeOwn(namespace)
                ? own("services", api.service(service), listener, () -> giveBack(namespace))
                : services.computeIfAbsent(
                                namespace,
                                wide -> new SharedReflector<>(
                                        "services",
                                        each -> each.key().name(),
                                        toAll -> new Reflector<>(api.services(wide), loop, random, server, toAll),
                                        loop,
                                        () -> services.remove(wide)))
                        .follow(service.name(), listener);
    }

    Input slices(ServiceKey service, Consumer<Snapshot<CheckedSlice>> listener) {
        String namespace = service.namespace();
        return takeOwn(namespace)
                ? own("endpointslices", api.slices(service), listener, () -> giveBack(namespace))
                : slices.computeIfAbsent(
                                namespace,
                                wide -> new SharedReflector<>(
                                        "endpointslices",
                                        each -> Objects.requireNonNullElse(
                                                each.slice().serviceName(), ""),
                                        toAll -> new Reflector<>(api.slices(wide), loop, random, server, toAll),
                                        loop,
                                        () -> slices.remove(wide)))
                        .follow(service.name(), listener);
    }

    /** Whether v1 Endpoints may be read where slices may not. */
    boolean endpointsWillDo() {
        return api.endpointsWillDo();
    }

    /** Never shared: it is the second choice of Services that have no slices. */
    Input endpoints(ServiceKey service, Consumer<Snapshot<List<EndpointSlice>>> listener) {
        return own("endpoints", api.endpoints(service), listener, () -> {});
    }

    private boolean takeOwn(String namespace) {
        int taken = owned.getOrDefault(namespace, 0);
        if (taken >= 2 * OWN_REFLECTORS) {
            return false;
        }
        owned.put(namespace, taken + 1);
        return true;
    }

    private void giveBack(String namespace) {
        owned.merge(namespace, -1, Integer::sum);
    }

    private <T> Input own(String resource, ListWatch<T> source, Consumer<Snapshot<T>> listener, Runnable onClose) {
        var reflector = new Reflector<>(source, loop, random, server, listener);
        reflector.start();
        return new Input() {
            private boolean closed;

            @Override
            public long lastContactNanos() {
                return reflector.lastContactNanos();
            }

            @Override
            public ReflectorStatus status() {
                return reflector.status(resource);
            }

            @Override
            public void resync() {
                reflector.resync();
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    reflector.close();
                    onClose.run();
                }
            }
        };
    }
}
