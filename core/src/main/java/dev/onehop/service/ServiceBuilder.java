package dev.onehop.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the fields of a {@link Service}; what is not said has the API server's default (R6).
 *
 * <p>Not thread-safe.
 */
public final class ServiceBuilder {

    private final ServiceKey key;
    private final List<ServicePort> ports = new ArrayList<>();
    private ServiceType type = ServiceType.CLUSTER_IP;
    private String clusterIp = "";
    private List<String> clusterIps = List.of();
    private List<AddressFamily> ipFamilies = List.of();
    private TrafficPolicy internalTrafficPolicy = TrafficPolicy.CLUSTER;
    private Optional<Duration> affinityTimeout = Optional.empty();
    private boolean serviceProxyName;

    ServiceBuilder(ServiceKey key) {
        this.key = key;
    }

    public ServiceBuilder type(ServiceType type) {
        this.type = type;
        return this;
    }

    /** Sets {@code spec.clusterIP}; {@code "None"} makes the Service headless. */
    public ServiceBuilder clusterIp(String clusterIp) {
        this.clusterIp = clusterIp;
        return this;
    }

    /** Sets {@code spec.clusterIPs}, and {@code spec.clusterIP} to the first of them. */
    public ServiceBuilder clusterIps(List<String> clusterIps) {
        this.clusterIps = clusterIps;
        this.clusterIp = clusterIps.isEmpty() ? "" : clusterIps.get(0);
        return this;
    }

    public ServiceBuilder ipFamilies(AddressFamily... ipFamilies) {
        this.ipFamilies = List.of(ipFamilies);
        return this;
    }

    /** Adds a TCP port. */
    public ServiceBuilder port(String name, int port) {
        return port(name, Protocol.TCP, port);
    }

    public ServiceBuilder port(String name, Protocol protocol, int port) {
        ports.add(new ServicePort(name, protocol, port));
        return this;
    }

    public ServiceBuilder internalTrafficPolicy(TrafficPolicy policy) {
        this.internalTrafficPolicy = policy;
        return this;
    }

    /** Turns {@code sessionAffinity: ClientIP} on with this timeout. */
    public ServiceBuilder affinity(Duration timeout) {
        this.affinityTimeout = Optional.of(timeout);
        return this;
    }

    public ServiceBuilder serviceProxyName(boolean present) {
        this.serviceProxyName = present;
        return this;
    }

    public Service build() {
        return new Service(
                key,
                type,
                clusterIp,
                clusterIps,
                ipFamilies,
                ports,
                internalTrafficPolicy,
                affinityTimeout,
                serviceProxyName);
    }
}
