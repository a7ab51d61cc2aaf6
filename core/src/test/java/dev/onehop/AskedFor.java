package dev.onehop;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Another discovery, and a list of what was asked of it. */
final class AskedFor implements Discovery {

    private final Discovery discovery;
    private final List<ServiceKey> services = new CopyOnWriteArrayList<>();
    private final List<ServiceKey> open = new CopyOnWriteArrayList<>();

    AskedFor(Discovery discovery) {
        this.discovery = discovery;
    }

    List<ServiceKey> services() {
        return services;
    }

    @Override
    public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
        services.add(service);
        open.add(service);
        Subscription subscription = discovery.subscribe(service, subscriber);
        return new Subscription() {
            @Override
            public long lastContactNanos() {
                return subscription.lastContactNanos();
            }

            @Override
            public void close() {
                open.remove(service);
                subscription.close();
            }
        };
    }

    /** How many subscriptions to the Service have not been closed. */
    long open(ServiceKey service) {
        return open.stream().filter(service::equals).count();
    }

    @Override
    public ClientLocation location() {
        return discovery.location();
    }

    @Override
    public Optional<String> namespace() {
        return discovery.namespace();
    }

    @Override
    public void close() {
        discovery.close();
    }
}
