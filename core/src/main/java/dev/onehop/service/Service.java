package dev.onehop.service;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A Service, cut down to what decides where ClusterIP traffic goes. Defaults of the API server (R6) are already applied
 * by whoever makes one; use {@link #builder} to get them.
 *
 * <p>Immutable.
 *
 * @param key namespace and name
 * @param type {@code spec.type}
 * @param clusterIp {@code spec.clusterIP}: an address, {@code "None"} for headless, {@code ""} when there is none
 * @param clusterIps {@code spec.clusterIPs}, possibly empty
 * @param ipFamilies {@code spec.ipFamilies}, possibly empty (R4)
 * @param ports {@code spec.ports}
 * @param internalTrafficPolicy R19; governs ClusterIP traffic
 * @param affinityTimeout present for {@code sessionAffinity: ClientIP}: how long after its last new connection the
 *     chosen endpoint is remembered (R29, R30); empty for {@code None}
 * @param serviceProxyName whether the label {@code service.kubernetes.io/service-proxy-name} is there, with any value
 *     (R1)
 */
public record Service(
        ServiceKey key,
        ServiceType type,
        String clusterIp,
        List<String> clusterIps,
        List<AddressFamily> ipFamilies,
        List<ServicePort> ports,
        TrafficPolicy internalTrafficPolicy,
        Optional<Duration> affinityTimeout,
        boolean serviceProxyName) {

    /** {@code timeoutSeconds} when the API object has none: 10800 s (R6). */
    public static final Duration DEFAULT_AFFINITY_TIMEOUT = Duration.ofHours(3);

    public Service {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(clusterIp, "clusterIp");
        clusterIps = List.copyOf(clusterIps);
        ipFamilies = List.copyOf(ipFamilies);
        ports = List.copyOf(ports);
        Objects.requireNonNull(internalTrafficPolicy, "internalTrafficPolicy");
        Objects.requireNonNull(affinityTimeout, "affinityTimeout");
    }

    /** Whether DNS gives the pods' own addresses instead of a ClusterIP (R2). */
    public boolean isHeadless() {
        return clusterIp.equals("None") && type != ServiceType.EXTERNAL_NAME;
    }

    /** Starts a {@code ClusterIP} Service with the API server's defaults and no ports. */
    public static ServiceBuilder builder(String namespace, String name) {
        return new ServiceBuilder(new ServiceKey(namespace, name));
    }
}
