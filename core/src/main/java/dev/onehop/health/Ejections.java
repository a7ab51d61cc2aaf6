package dev.onehop.health;

import dev.onehop.route.BackendKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is ejected until when, and who was not long ago. Health never empties the set: at most n - 1 of n backends are
 * ejected, and the guard is checked again whenever the set of backends changes (reliability 2.5).
 *
 * <p>Immutable; every change makes a new one.
 */
public final class Ejections {

    private static final Duration BASE = Duration.ofSeconds(1);
    private static final Duration CAP = Duration.ofSeconds(30);
    private static final long DECAY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final Ejections NONE = new Ejections(Map.of(), Map.of());

    private final Map<BackendKey, Ejection> current;
    private final Map<BackendKey, Ejection> past;

    private Ejections(Map<BackendKey, Ejection> current, Map<BackendKey, Ejection> past) {
        this.current = Map.copyOf(current);
        this.past = Map.copyOf(past);
    }

    /** Nobody is ejected, and nobody was. */
    public static Ejections none() {
        return NONE;
    }

    /** The backend's ejection, if it is ejected. */
    public Optional<Ejection> of(BackendKey key) {
        return Optional.ofNullable(current.get(key));
    }

    /** How many backends are ejected. */
    public int size() {
        return current.size();
    }

    /** When the next ejected backend returns. */
    public OptionalLong nextReturnNanos() {
        return current.values().stream().mapToLong(Ejection::untilNanos).min();
    }

    /**
     * Ejects a backend, unless it is ejected already or is the last one of the fleet.
     *
     * @param fleet how many backends the route holds
     * @param jitter 0.8 to 1.2; stretches the time
     * @return this very object when nothing changes
     */
    public Ejections eject(BackendKey key, String evidence, int fleet, long nowNanos, double jitter) {
        if (current.containsKey(key) || current.size() >= fleet - 1) {
            return this;
        }
        int times = timesBefore(past.get(key), nowNanos) + 1;
        long doubled = BASE.toNanos() << Math.min(times - 1, 20);
        long nanos = (long) (Math.min(CAP.toNanos(), doubled) * jitter);
        var ejected = new HashMap<>(current);
        ejected.put(key, new Ejection(times, nowNanos, nowNanos + nanos, evidence));
        return new Ejections(ejected, past);
    }

    /**
     * What is left at a time and for a fleet: ejections whose time is up are over, backends that left are forgotten,
     * and where more than n - 1 would be out, the longest ejected return.
     *
     * @return this very object when nothing changes
     */
    public Ejections at(long nowNanos, Collection<BackendKey> fleet) {
        if (current.isEmpty() && past.isEmpty()) {
            return this;
        }
        Set<BackendKey> here = fleet instanceof Set<BackendKey> set ? set : Set.copyOf(fleet);
        var still = new HashMap<>(current);
        var over = new HashMap<>(past);
        current.forEach((key, ejection) -> {
            if (ejection.untilNanos() - nowNanos <= 0) {
                still.remove(key);
                over.put(key, ejection);
            }
        });
        still.keySet().retainAll(here);
        over.keySet().retainAll(here);
        over.values().removeIf(ejection -> timesBefore(ejection, nowNanos) == 0);
        while (!still.isEmpty() && still.size() >= here.size()) {
            BackendKey longest = still.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().sinceNanos() - nowNanos))
                    .orElseThrow()
                    .getKey();
            still.remove(longest);
        }
        return still.equals(current) && over.equals(past) ? this : new Ejections(still, over);
    }

    /** The count decays by one for every ten seconds since the backend returned. */
    private static int timesBefore(@Nullable Ejection last, long nowNanos) {
        if (last == null) {
            return 0;
        }
        long decayed = Math.max(0, nowNanos - last.untilNanos()) / DECAY_NANOS;
        return (int) Math.max(0, last.times() - decayed);
    }
}
