package dev.onehop.service;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects the fields of an {@link Endpoint}; what is not said is absent, as in the API object.
 *
 * <p>Not thread-safe.
 */
public final class EndpointBuilder {

    private final @Nullable String address;
    private @Nullable Boolean ready;
    private @Nullable Boolean serving;
    private @Nullable Boolean terminating;
    private @Nullable String nodeName;
    private @Nullable String zone;
    private Set<String> zoneHints = Set.of();
    private Set<String> nodeHints = Set.of();
    private @Nullable String podUid;
    private @Nullable String podName;

    EndpointBuilder(@Nullable String address) {
        this.address = address;
    }

    /** Sets the three conditions as written; null means absent. */
    public EndpointBuilder conditions(
            @Nullable Boolean ready, @Nullable Boolean serving, @Nullable Boolean terminating) {
        this.ready = ready;
        this.serving = serving;
        this.terminating = terminating;
        return this;
    }

    public EndpointBuilder node(@Nullable String nodeName) {
        this.nodeName = nodeName;
        return this;
    }

    public EndpointBuilder zone(@Nullable String zone) {
        this.zone = zone;
        return this;
    }

    public EndpointBuilder zoneHints(Set<String> zones) {
        this.zoneHints = zones;
        return this;
    }

    public EndpointBuilder nodeHints(Set<String> nodes) {
        this.nodeHints = nodes;
        return this;
    }

    public EndpointBuilder pod(@Nullable String name, @Nullable String uid) {
        this.podName = name;
        this.podUid = uid;
        return this;
    }

    public Endpoint build() {
        IpAddress ip = address == null ? null : IpAddress.parse(address);
        return new Endpoint(
                address, ip, ready, serving, terminating, nodeName, zone, zoneHints, nodeHints, podUid, podName);
    }
}
