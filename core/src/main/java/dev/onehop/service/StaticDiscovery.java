package dev.onehop.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Views set by hand: for tests, for laptops, and for services that are not on Kubernetes. A Service nobody has set is
 * {@link ServiceDeclaration.Absent}.
 *
 * <p>Shared: safe from any thread; a lock orders changes, and subscribers are called inside it in that order.
 */
public final class StaticDiscovery implements Discovery {

    private final Object lock = new Object();
    private final Map<ServiceKey, ServiceView> views = new HashMap<>();
    private final Map<ServiceKey, List<Follower>> followers = new HashMap<>();
    private final Optional<String> namespace;
    private volatile ClientLocation location;

    private StaticDiscovery(Optional<String> namespace, ClientLocation location) {
        this.namespace = namespace;
        this.location = location;
    }

    /** No Services yet, no namespace, location unknown. */
    public static StaticDiscovery create() {
        return new StaticDiscovery(Optional.empty(), ClientLocation.unknown());
    }

    /** No Services yet; bare names mean {@code namespace}, and the process runs at {@code location}. */
    public static StaticDiscovery create(String namespace, ClientLocation location) {
        return new StaticDiscovery(Optional.of(namespace), Objects.requireNonNull(location, "location"));
    }

    /** Makes {@code service} and its slices the present, live view. */
    public void set(Service service, EndpointSlice... slices) {
        set(service.key(), new ServiceView.Live(new ServiceDeclaration.Present(service), List.of(slices)));
    }

    /** Makes {@code view} the present view of {@code service}. */
    public void set(ServiceKey service, ServiceView view) {
        Objects.requireNonNull(view, "view");
        synchronized (lock) {
            views.put(service, view);
            deliver(service, view);
        }
    }

    /** The Service is gone. */
    public void remove(ServiceKey service) {
        set(service, new ServiceView.Live(new ServiceDeclaration.Absent(), List.of()));
    }

    /** Moves this process, and delivers every view again. */
    public void moveTo(ClientLocation location) {
        synchronized (lock) {
            this.location = Objects.requireNonNull(location, "location");
            followers.keySet().forEach(service -> deliver(service, view(service)));
        }
    }

    @Override
    public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
        var follower = new Follower(service, Objects.requireNonNull(subscriber, "subscriber"));
        synchronized (lock) {
            followers.computeIfAbsent(service, key -> new ArrayList<>()).add(follower);
            subscriber.accept(view(service));
        }
        return follower;
    }

    @Override
    public ClientLocation location() {
        return location;
    }

    @Override
    public Optional<String> namespace() {
        return namespace;
    }

    @Override
    public void close() {
        synchronized (lock) {
            followers.clear();
        }
    }

    private ServiceView view(ServiceKey service) {
        return views.getOrDefault(service, new ServiceView.Live(new ServiceDeclaration.Absent(), List.of()));
    }

    private void deliver(ServiceKey service, ServiceView view) {
        List.copyOf(followers.getOrDefault(service, List.of())).forEach(follower -> follower.subscriber.accept(view));
    }

    private final class Follower implements Subscription {
        private final ServiceKey service;
        private final Consumer<ServiceView> subscriber;

        private Follower(ServiceKey service, Consumer<ServiceView> subscriber) {
            this.service = service;
            this.subscriber = subscriber;
        }

        @Override
        public long lastContactNanos() {
            return System.nanoTime();
        }

        @Override
        public void close() {
            synchronized (lock) {
                followers.getOrDefault(service, new ArrayList<>()).remove(this);
            }
        }
    }
}
