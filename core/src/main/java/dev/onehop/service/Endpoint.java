package dev.onehop.service;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a slice's {@code endpoints}, usually a pod. Only the first address counts (R14); conditions are kept as
 * written, with null for absent, and read through {@link #isReady()} and its siblings, which hold the defaults (R17).
 *
 * <p>Immutable.
 *
 * @param address {@code addresses[0]} as written, or null for an empty list
 * @param ip {@code address} as read by {@link IpAddress#parse}; null when it is absent or no literal
 * @param ready {@code conditions.ready}
 * @param serving {@code conditions.serving}
 * @param terminating {@code conditions.terminating}
 * @param nodeName {@code nodeName}; local means exact equality with our own node's name (R16)
 * @param zone {@code zone}: for people, never for routing
 * @param zoneHints names in {@code hints.forZones}; empty means no hint (R18)
 * @param nodeHints names in {@code hints.forNodes}; empty means no hint (R18)
 * @param podUid {@code targetRef.uid}, the pod's incarnation; null for endpoints written by hand
 * @param podName {@code targetRef.name}: for people
 */
public record Endpoint(
        @Nullable String address,
        @Nullable IpAddress ip,
        @Nullable Boolean ready,
        @Nullable Boolean serving,
        @Nullable Boolean terminating,
        @Nullable String nodeName,
        @Nullable String zone,
        Set<String> zoneHints,
        Set<String> nodeHints,
        @Nullable String podUid,
        @Nullable String podName) {

    public Endpoint {
        zoneHints = Set.copyOf(zoneHints);
        nodeHints = Set.copyOf(nodeHints);
    }

    /** Starts an endpoint with this first address and nothing else said, so ready by default. */
    public static EndpointBuilder builder(@Nullable String address) {
        return new EndpointBuilder(address);
    }

    /** {@code conditions.ready}, absent meaning true, even for a terminating endpoint (R17). */
    public boolean isReady() {
        return ready == null || ready;
    }

    /** {@code conditions.serving}, absent meaning true (R17). */
    public boolean isServing() {
        return serving == null || serving;
    }

    /** {@code conditions.terminating}, absent meaning false (R17). */
    public boolean isTerminating() {
        return terminating != null && terminating;
    }
}
