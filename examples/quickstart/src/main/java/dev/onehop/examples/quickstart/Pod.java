package dev.onehop.examples.quickstart;

/**
 * A pod as the endpoint controller sees it.
 *
 * <p>Immutable; every change of its conditions makes a new one.
 *
 * @param ready passes its readiness probe
 * @param terminating has a deletion timestamp
 */
record Pod(String name, String uid, PodServer server, boolean ready, boolean terminating) {

    Pod withReady(boolean ready) {
        return new Pod(name, uid, server, ready, terminating);
    }

    Pod withTerminating() {
        return new Pod(name, uid, server, ready, true);
    }

    /** Whether new connections should go to it. */
    boolean isUsable() {
        return ready && !terminating;
    }
}
