package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import dev.onehop.service.ServiceView;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose kept connections stay by one snapshot. What is established is worth more than what could be made: where nobody may
 * be picked, kube-proxy refuses new connections and lets those that stand go on, and so do we.
 *
 * <p>Serial: one caller; what it looks at is immutable.
 */
final class KeptBackends {

    private final Eligible snapshot;
    private final boolean outage;
    private final Set<Backend> picked = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable Set<Listed> listed;

    /** A pod at an address. */
    private record Listed(IpAddress ip, @Nullable String podUid) {}

    /** @param outage whether connects to most backends fail, so that a connection that stands is not to be had again */
    KeptBackends(Eligible snapshot, boolean outage) {
        this.snapshot = snapshot;
        this.outage = outage;
        picked.addAll(snapshot.backends());
    }

    /**
     * Why a connection to {@code backend} takes no further exchange; empty when it stays.
     *
     * @return {@link Retirement#SURPLUS} for one that is to move when there is time: new connections go elsewhere, but
     *     kube-proxy would not end it
     */
    Optional<Retirement> retirement(Backend backend) {
        if (picked.contains(backend)) {
            return Optional.empty();
        }
        if (snapshot.view() instanceof ServiceView.Known known && !listed(known).contains(listed(backend))) {
            return Optional.of(Retirement.LEFT);
        }
        if (snapshot.ejection(backend).isPresent()) {
            return outage ? Optional.empty() : Optional.of(Retirement.EJECTED);
        }
        return snapshot.size() > 0 ? Optional.of(Retirement.SURPLUS) : Optional.empty();
    }

    private static Listed listed(Backend backend) {
        return new Listed(backend.key().ip(), backend.endpoint().podUid());
    }

    /** Everybody in the slices who does not terminate; looked for only where somebody is not picked any more. */
    private Set<Listed> listed(ServiceView.Known view) {
        Set<Listed> all = listed;
        if (all == null) {
            all = new HashSet<>();
            for (var slice : view.slices()) {
                for (Endpoint endpoint : slice.endpoints()) {
                    IpAddress ip = endpoint.ip();
                    if (ip != null && !endpoint.isTerminating()) {
                        all.add(new Listed(ip, endpoint.podUid()));
                    }
                }
            }
            listed = all;
        }
        return all;
    }
}
