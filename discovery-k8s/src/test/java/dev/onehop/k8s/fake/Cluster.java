package dev.onehop.k8s.fake;

/**
 * The parts of one server that outlive its requests, handed to whatever answers them.
 *
 * <p>Shared: safe from any thread; each part is.
 */
record Cluster(
        ObjectStore store,
        OpenWatches watches,
        Access access,
        Faults faults,
        RequestLog log,
        Documents documents,
        Deliveries deliveries) {}
