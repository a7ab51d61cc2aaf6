package dev.onehop.service;

/** {@code spec.internalTrafficPolicy}. Absent and unknown values behave as {@link #CLUSTER} (R6). */
public enum TrafficPolicy {
    CLUSTER,
    LOCAL
}
