package dev.onehop.k8s;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Collects manifests and where we pretend to run.
 *
 * <p>Not thread-safe.
 */
public final class ManifestDiscoveryBuilder {

    private final Map<String, byte[]> sources = new LinkedHashMap<>();
    private String namespace = "default";
    private @Nullable String node;
    private @Nullable String zone;

    ManifestDiscoveryBuilder() {}

    /**
     * Adds a file.
     *
     * @throws IllegalArgumentException when it cannot be read
     */
    public ManifestDiscoveryBuilder file(Path file) {
        String name = file.toString();
        try {
            return source(name, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "manifest " + Printable.of(name) + ": cannot be read (expected: a file this process may read)", e);
        }
    }

    /**
     * Adds all of a stream, which the caller closes.
     *
     * @param sourceName how errors name it
     * @throws IllegalArgumentException when it cannot be read
     */
    public ManifestDiscoveryBuilder stream(String sourceName, InputStream manifest) {
        Objects.requireNonNull(sourceName, "sourceName");
        try {
            return source(sourceName, manifest.readAllBytes());
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "manifest " + Printable.of(sourceName) + ": cannot be read (expected: a readable stream)", e);
        }
    }

    /** The namespace of objects that name none, and of bare Service names; {@code default} when not said. */
    public ManifestDiscoveryBuilder namespace(String namespace) {
        this.namespace = Objects.requireNonNull(namespace, "namespace");
        return this;
    }

    /** The Node we pretend to run on; its zone comes from the Node among the objects, if it is there. */
    public ManifestDiscoveryBuilder node(String node) {
        this.node = Objects.requireNonNull(node, "node");
        return this;
    }

    /** The zone we pretend to run in, whatever the Node says; {@code ""} for a Node without one. */
    public ManifestDiscoveryBuilder zone(String zone) {
        this.zone = Objects.requireNonNull(zone, "zone");
        return this;
    }

    /**
     * Reads the manifests.
     *
     * @throws IllegalArgumentException when one is neither YAML nor JSON, or repeats an object
     */
    public ManifestDiscovery build() {
        var objects = new ManifestObjects(namespace);
        sources.forEach(objects::add);
        String known = zone == null && node != null ? objects.zone(node) : zone;
        return new ManifestDiscovery(objects, namespace, new ClientLocation(node, known));
    }

    private ManifestDiscoveryBuilder source(String name, byte[] bytes) {
        if (sources.putIfAbsent(name, bytes) != null) {
            throw new IllegalArgumentException("manifest " + Printable.of(name) + ": added twice (expected: once)");
        }
        return this;
    }
}
