package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.IdentityEvidence;
import dev.onehop.health.TrustCheck;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Destination;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backends of one Service port whose certificate is not one we accept: one failure is enough, and nothing is sent to this
 * incarnation of the pod any more, not even where all others are out. Unless half of those tried fail so: then it is our
 * own trust configuration, and nobody is set aside (reliability 2.3).
 *
 * <p>Serial: belongs to the pipeline's loop. {@link #now} and {@link #doubt} are shared: safe from any thread.
 */
final class Quarantine {

    private static final Logger log = LoggerFactory.getLogger(Quarantine.class);

    /** How many incarnations are remembered, those that have left included; the first go first. */
    private static final int MOST = 1_000;

    private static final String OUR_TRUST =
            ": probably not theirs but this client's trust store, or the name it expects, is wrong;"
                    + " no backend is set aside for it";

    private final Destination port;
    private final Consumer<OnehopEvent> events;
    private final Map<BackendKey, String> evidence = new LinkedHashMap<>();
    private volatile List<Backend> fleet = List.of();
    private volatile Map<Backend, String> now = Map.of();
    private boolean doubting;
    private long doubtedNanos;

    /** @param events takes what has happened, to be told when picks see it */
    Quarantine(Destination port, Consumer<OnehopEvent> events) {
        this.port = port;
        this.events = events;
    }

    /** Who of the present backends is set aside, and why in words that are safe to print. */
    Map<Backend, String> now() {
        return now;
    }

    /** Why our own trust configuration is probably wrong; empty where it is not. */
    Optional<String> doubt(long nowNanos) {
        TrustCheck check = TrustCheck.of(fleet, nowNanos);
        return check.isOurTrust() ? Optional.of(check + OUR_TRUST) : Optional.empty();
    }

    /**
     * The certificate of {@code backend} was refused; its own evidence says so already.
     *
     * @return whether anything changes
     */
    boolean refused(Backend backend, String why, long nowNanos) {
        if (fleet.stream().noneMatch(each -> each == backend)) {
            return false; // it has left since
        }
        TrustCheck check = TrustCheck.of(fleet, nowNanos);
        if (check.isOurTrust()) {
            return blameOurselves(check.toString(), nowNanos);
        }
        doubting = false;
        if (evidence.putIfAbsent(backend.key(), why) != null) {
            return false;
        }
        if (evidence.size() > MOST) {
            evidence.remove(evidence.keySet().iterator().next());
        }
        log.warn("{}: {} is not used any more, for its certificate is not accepted: {}", port, backend, why);
        events.accept(new OnehopEvent.Quarantined(port, backend, why));
        return true;
    }

    /**
     * Those of the present backends that may be used; never empty while there are any.
     *
     * @param present kept, so never to be changed
     */
    List<Backend> usable(List<Backend> present, long nowNanos) {
        fleet = present;
        if (evidence.isEmpty()) {
            return present;
        }
        List<Backend> usable = new ArrayList<>(present.size());
        Map<Backend, String> aside = new LinkedHashMap<>();
        for (Backend backend : present) {
            String why = evidence.get(backend.key());
            if (why == null) {
                usable.add(backend);
            } else {
                aside.put(backend, why);
            }
        }
        // Without a uid, whoever returns to an address may be another pod.
        evidence.keySet()
                .removeIf(key -> key.podUid().equals(BackendKey.NO_POD)
                        && aside.keySet().stream().noneMatch(each -> each.key().equals(key)));
        if (usable.isEmpty() && !present.isEmpty()) {
            blameOurselves("the certificates of all " + present.size() + " backends were not accepted", nowNanos);
            return present;
        }
        now = Collections.unmodifiableMap(aside);
        return usable;
    }

    private boolean blameOurselves(String why, long nowNanos) {
        boolean lifted = !evidence.isEmpty();
        evidence.clear();
        now = Map.of();
        if (!doubting || nowNanos - doubtedNanos >= IdentityEvidence.WINDOW.toNanos()) {
            log.warn("{}: {}{}", port, why, OUR_TRUST);
            events.accept(new OnehopEvent.TrustDoubted(port, why));
            doubting = true;
            lifted = true; // the event is told with the next snapshot
        }
        doubtedNanos = nowNanos;
        return lifted;
    }
}
