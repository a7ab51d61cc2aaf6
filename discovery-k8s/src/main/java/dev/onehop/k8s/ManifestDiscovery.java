package dev.onehop.k8s;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Services and endpoints from manifests: {@code kubectl get services,endpointslices,nodes -o yaml}, or files written by
 * hand. Read once; what is not declared is absent. A Service without EndpointSlices takes its v1 Endpoints, if they are
 * there.
 *
 * <p>Shared: safe from any thread.
 */
public final class ManifestDiscovery implements Discovery {

    private final StaticDiscovery views;
    private final Set<ServiceKey> services;
    private final int skipped;

    ManifestDiscovery(ManifestObjects objects, String namespace, ClientLocation location) {
        views = StaticDiscovery.create(namespace, location);
        objects.views().forEach(views::set);
        services = Set.copyOf(objects.views().keySet());
        skipped = objects.skipped();
    }

    /**
     * Reads these files.
     *
     * @throws IllegalArgumentException when one cannot be read, is neither YAML nor JSON, or repeats an object
     */
    public static ManifestDiscovery of(Path... files) {
        var builder = builder();
        for (Path file : files) {
            builder.file(file);
        }
        return builder.build();
    }

    /**
     * Reads a stream to its end; the caller closes it.
     *
     * @param sourceName how errors name it
     * @throws IllegalArgumentException when it cannot be read, is neither YAML nor JSON, or repeats an object
     */
    public static ManifestDiscovery of(String sourceName, InputStream manifest) {
        return builder().stream(sourceName, manifest).build();
    }

    /** Starts a discovery of several sources, or with a location. */
    public static ManifestDiscoveryBuilder builder() {
        return new ManifestDiscoveryBuilder();
    }

    /** The Services declared, and those that only have endpoints, in order. */
    public Set<ServiceKey> services() {
        return new TreeSet<>(services);
    }

    /** How many objects say nothing about routing, or have no name. */
    public int skipped() {
        return skipped;
    }

    @Override
    public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
        return views.subscribe(service, subscriber);
    }

    @Override
    public ClientLocation location() {
        return views.location();
    }

    @Override
    public Optional<String> namespace() {
        return views.namespace();
    }

    @Override
    public void close() {
        views.close();
    }
}
