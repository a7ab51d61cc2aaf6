package dev.onehop.k8s;

import dev.onehop.service.ServiceKey;
import java.time.Duration;
import java.util.Set;

/**
 * What becomes of the endpoints of a Service when a whole list says that none is left (reliability C-12, and 2.8 tier 4):
 * that is what a Service looks like that was scaled to nothing while we did not watch, and what a control plane looks like
 * that has lost its memory. What a live watch says is gone is never kept.
 *
 * <p>Immutable.
 */
public final class EmptyLists {

    private static final EmptyLists HONOUR = new EmptyLists(false, Set.of());
    private static final EmptyLists KEEP_ALL = new EmptyLists(true, Set.of());

    private final boolean all;
    private final Set<ServiceKey> services;

    private EmptyLists(boolean all, Set<ServiceKey> services) {
        this.all = all;
        this.services = services;
    }

    /** They are gone after five seconds. The default, and the only choice for plaintext. */
    public static EmptyLists honour() {
        return HONOUR;
    }

    /**
     * They stay for ten minutes, or until another endpoint is listed, with a stale view. By this the caller says that
     * <em>every</em> connection to <em>every</em> Service it follows is TLS that checks the peer's name: an address may be
     * another pod's by then, and in plaintext that stranger would be sent the data (S-13).
     */
    public static EmptyLists keepForTls() {
        return KEEP_ALL;
    }

    /** {@link #keepForTls()} for these Services; all others are honoured. */
    public static EmptyLists keepForTls(Set<ServiceKey> services) {
        return new EmptyLists(false, Set.copyOf(services));
    }

    /** How long the endpoints of a Service stay that a whole list says to be gone. */
    Duration hold(ServiceKey service) {
        return all || services.contains(service) ? KeptEndpoints.PROTECTED : KeptEndpoints.EMPTIED;
    }
}
