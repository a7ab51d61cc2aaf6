package dev.onehop.health;

import dev.onehop.route.BackendKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is ejected until when, and who was not long ago. Health never empties the set: at most n - 1 of a fleet of n are
 * ejected, and the guard is checked again whenever the fleet changes (reliability 2.5).
 *
 * <p>Immutable; every change makes a new one.
 */
public final class Ejections {

    private static final Duration BASE = Duration.ofSeconds(1);
    private static final Duration CAP = Duration.ofSeconds(30);
    private static final long DECAY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long TOMBSTONE_NANOS = Duration.ofMinutes(1).toNanos();
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

    /** How many backends are ejected, those that have left meanwhile included. */
    public int size() {
        return current.size();
    }

    /** When the next ejected backend returns. */
    public OptionalLong nextReturnNanos() {
        return current.values().stream().mapToLong(Ejection::untilNanos).min();
    }

    /**
     * Ejects a backend, unless it is ejected already or would be the last one of the fleet to go.
     *
     * @param fleet the backends of the route
     * @param jitter 0.8 to 1.2; stretches the time
     * @return this very object when nothing changes
     */
    public Ejections eject(BackendKey key, String evidence, Set<BackendKey> fleet, long nowNanos, double jitter) {
        if (current.containsKey(key) || ejectedOf(fleet) >= fleet.size() - 1) {
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
     * What is left at a time and for a fleet: ejections whose time is up are over, and where all of the fleet would be
     * out, the longest ejected returns. A backend that left the fleet, by a flap of its readiness say, finds its
     * ejection again when it returns within a minute (reliability 2.10).
     *
     * @return this very object when nothing changes
     */
    public Ejections at(long nowNanos, Set<BackendKey> fleet) {
        if (current.isEmpty() && past.isEmpty()) {
            return this;
        }
        var still = new HashMap<>(current);
        var over = new HashMap<>(past);
        current.forEach((key, ejection) -> {
            if (ejection.untilNanos() - nowNanos <= 0) {
                still.remove(key);
                over.put(key, ejection);
            }
        });
        over.entrySet()
                .removeIf(entry -> timesBefore(entry.getValue(), nowNanos) == 0
                        || (!fleet.contains(entry.getKey())
                                && nowNanos - entry.getValue().untilNanos() > TOMBSTONE_NANOS));
        while (!fleet.isEmpty() && still.keySet().containsAll(fleet)) {
            BackendKey longest = fleet.stream()
                    .min(Comparator.comparingLong(key -> sinceNanos(still, key) - nowNanos))
                    .orElseThrow();
            Ejection pardoned = still.remove(longest);
            if (pardoned != null) {
                over.put(longest, pardoned);
            }
        }
        return still.equals(current) && over.equals(past) ? this : new Ejections(still, over);
    }

    private long ejectedOf(Set<BackendKey> fleet) {
        return current.keySet().stream().filter(fleet::contains).count();
    }

    private static long sinceNanos(Map<BackendKey, Ejection> ejections, BackendKey key) {
        Ejection ejection = ejections.get(key);
        return ejection == null ? 0 : ejection.sinceNanos();
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
