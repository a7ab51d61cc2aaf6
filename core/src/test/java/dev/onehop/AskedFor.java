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

    AskedFor(Discovery discovery) {
        this.discovery = discovery;
    }

    List<ServiceKey> services() {
        return services;
    }

    @Override
    public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
        services.add(service);
        return discovery.subscribe(service, subscriber);
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
