package dev.onehop.service;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One EndpointSlice of a Service. A Service's endpoints are the union of its slices, which come and go one by one
 * (R10).
 *
 * <p>Immutable.
 *
 * @param namespace the slice's namespace, which is its Service's
 * @param name unique in the namespace
 * @param serviceName the label {@code kubernetes.io/service-name}; null or empty means nobody's (R7)
 * @param headless whether the label {@code service.kubernetes.io/headless} is there: such slices are skipped (R8), except
 *     for a headless Service that the client balances (R2)
 * @param addressType {@code addressType} as written: {@code IPv4}, {@code IPv6}, or {@code FQDN}, which is ignored (R9)
 * @param ports {@code ports}; null in the API object is empty here
 * @param endpoints {@code endpoints}; null in the API object is empty here
 * @param changeTriggered the annotation {@code endpoints.kubernetes.io/last-change-trigger-time}, when it is there and
 *     readable (R46)
 */
public record EndpointSlice(
        String namespace,
        String name,
        @Nullable String serviceName,
        boolean headless,
        String addressType,
        List<SlicePort> ports,
        List<Endpoint> endpoints,
        @Nullable Instant changeTriggered) {

    public EndpointSlice {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(addressType, "addressType");
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
    }

    /** Whether this slice belongs to {@code service} (R7). */
    public boolean belongsTo(ServiceKey service) {
        return namespace.equals(service.namespace()) && service.name().equals(serviceName);
    }

    /** An IPv4 slice of {@code service}, as the endpoint slice controller writes one. */
    public static EndpointSlice of(ServiceKey service, String name, List<SlicePort> ports, List<Endpoint> endpoints) {
        return of(service, name, AddressFamily.IPV4, ports, endpoints);
    }

    /** A slice of {@code service} and {@code family}, as the endpoint slice controller writes one. */
    public static EndpointSlice of(
            ServiceKey service, String name, AddressFamily family, List<SlicePort> ports, List<Endpoint> endpoints) {
        return new EndpointSlice(
                service.namespace(), name, service.name(), false, family.toString(), ports, endpoints, null);
    }
}
