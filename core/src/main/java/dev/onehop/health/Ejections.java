package dev.onehop.health;

import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who is ejected until when, who is on trial for a return, and who was ejected not long ago. The fleet guard's limits
 * hold in every one of these, and are checked again whenever the fleet changes (reliability 2.5 to 2.7).
 *
 * <p>Immutable; every change makes a new one, or gives this very object when nothing changes.
 */
public final class Ejections {

    private static final long TOMBSTONE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long LEASE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final Ejections NONE = new Ejections(Map.of(), Map.of());

    private final Map<BackendKey, Ejection> current;

    /** By backend, its last ejection, with the time of its return as {@code untilNanos}. */
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

    /** When there is something to do next: a trial may begin, or counts as lost. */
    public OptionalLong nextNanos(long nowNanos) {
        return current.values().stream()
                .mapToLong(each -> each.untilNanos() - nowNanos)
                .filter(left -> left > 0) // the others wait for a trial to end
                .min()
                .stream()
                .map(left -> nowNanos + left)
                .findFirst();
    }

    /**
     * Ejects a backend, unless it is ejected already or the fleet guard forbids it.
     *
     * @param fleet the backends of the route
     * @param jitter 0.8 to 1.2; stretches the time
     */
    public Ejections eject(
            BackendKey key, Kind kind, String evidence, Set<BackendKey> fleet, long nowNanos, double jitter) {
        boolean full = out(fleet, null) >= FleetGuard.hardCap(fleet.size())
                || (kind == Kind.SOFT && out(fleet, Kind.SOFT) >= FleetGuard.softCap(fleet.size()));
        if (current.containsKey(key) || full) {
            return this;
        }
        Ejection last = past.get(key);
        int before = last == null ? 0 : EjectionTimes.left(last.times(), nowNanos - last.untilNanos());
        return with(key, ejection(kind, before + 1, nowNanos, nowNanos, evidence, jitter));
    }

    /** Whose time is up and who may be tried now, where nobody is recalled. */
    public List<BackendKey> due(Set<BackendKey> fleet, long nowNanos) {
        return due(fleet, new Recalls(), nowNanos);
    }

    /**
     * Whose time is up and who may be tried now: not all of a healed zone at once.
     *
     * @param recalls whose time is up sooner
     */
    public List<BackendKey> due(Set<BackendKey> fleet, Recalls recalls, long nowNanos) {
        long onTrial = current.entrySet().stream()
                .filter(entry -> entry.getValue().onTrial() && fleet.contains(entry.getKey()))
                .count();
        return current.entrySet().stream()
                .filter(entry ->
                        fleet.contains(entry.getKey()) && !entry.getValue().onTrial())
                .filter(entry -> recalls.of(entry.getKey(), entry.getValue().untilNanos()) - nowNanos <= 0)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().untilNanos() - nowNanos))
                .limit(Math.max(0, FleetGuard.mostOnTrial(fleet.size()) - onTrial))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Begins the trial of an ejected backend. Where nobody says how it went for ten seconds, it counts as lost. */
    public Ejections onTrial(BackendKey key, long nowNanos) {
        return change(
                key,
                now -> new Ejection(
                        now.kind(), now.times(), now.sinceNanos(), nowNanos + LEASE_NANOS, true, now.evidence()));
    }

    /**
     * A backend that is out for bad answers passes our checks: it may be tried as early as after a first ejection, which
     * is ten seconds, and no earlier (reliability 2.11).
     *
     * @param outSinceNanos when it was last put out
     */
    public Ejections shortened(BackendKey key, long outSinceNanos) {
        long earliest = outSinceNanos + EjectionTimes.nanos(Kind.SOFT, 1, 1);
        return change(
                key,
                now -> now.kind() == Kind.SOFT && !now.onTrial() && now.untilNanos() - earliest > 0
                        ? new Ejection(now.kind(), now.times(), now.sinceNanos(), earliest, false, now.evidence())
                        : now);
    }

    /** The trial went badly: out again, for longer. */
    public Ejections failedTrial(BackendKey key, String evidence, long nowNanos, double jitter) {
        return change(key, now -> ejection(now.kind(), now.times() + 1, now.sinceNanos(), nowNanos, evidence, jitter));
    }

    /** The trial said nothing: out again, for as long as before. */
    public Ejections lostTrial(BackendKey key, long nowNanos, double jitter) {
        return change(
                key, now -> ejection(now.kind(), now.times(), now.sinceNanos(), nowNanos, now.evidence(), jitter));
    }

    /** The trial went well: the backend is back. */
    public Ejections back(BackendKey key, long nowNanos) {
        return current.containsKey(key) ? without(List.of(key), nowNanos) : this;
    }

    /** All that were ejected for bad answers are back: it is not them (reliability 2.5, shared fate). */
    public Ejections pardonSoft(long nowNanos) {
        List<BackendKey> soft = current.entrySet().stream()
                .filter(entry -> entry.getValue().kind() == Kind.SOFT)
                .map(Map.Entry::getKey)
                .toList();
        return soft.isEmpty() ? this : without(soft, nowNanos);
    }

    /**
     * What is left at a time and for a fleet. Lost trials are over, at the same length as before, and so are those of
     * backends that have left: nobody would hear how they go. Where the fleet has
     * become so small that the guard's limits are broken, the longest ejected return, those for bad answers first. A
     * backend that left the fleet, by a flap of its readiness say, finds its ejection again when it returns within a
     * minute (reliability 2.10).
     */
    public Ejections at(long nowNanos, Set<BackendKey> fleet, double jitter) {
        if (current.isEmpty() && past.isEmpty()) {
            return this;
        }
        var still = new HashMap<>(current);
        still.replaceAll((key, now) -> now.onTrial() && (now.untilNanos() - nowNanos <= 0 || !fleet.contains(key))
                ? ejection(now.kind(), now.times(), now.sinceNanos(), nowNanos, now.evidence(), jitter)
                : now);
        still.entrySet()
                .removeIf(entry -> !fleet.contains(entry.getKey())
                        && nowNanos - entry.getValue().untilNanos() > TOMBSTONE_NANOS);
        var over = new HashMap<>(past);
        over.entrySet()
                .removeIf(entry -> EjectionTimes.left(
                                        entry.getValue().times(),
                                        nowNanos - entry.getValue().untilNanos())
                                == 0
                        || (!fleet.contains(entry.getKey())
                                && nowNanos - entry.getValue().untilNanos() > TOMBSTONE_NANOS));
        var next = new Ejections(still, over).within(fleet, nowNanos);
        return next.current.equals(current) && next.past.equals(past) ? this : next;
    }

    private Ejections within(Set<BackendKey> fleet, long nowNanos) {
        Ejections next = this;
        while (next.out(fleet, Kind.SOFT) > FleetGuard.softCap(fleet.size())) {
            next = next.without(List.of(next.longest(fleet, Kind.SOFT, nowNanos)), nowNanos);
        }
        while (next.out(fleet, null) > FleetGuard.hardCap(fleet.size())) {
            Kind kind = next.out(fleet, Kind.SOFT) > 0 ? Kind.SOFT : Kind.HARD;
            next = next.without(List.of(next.longest(fleet, kind, nowNanos)), nowNanos);
        }
        return next;
    }

    private BackendKey longest(Set<BackendKey> fleet, Kind kind, long nowNanos) {
        return current.entrySet().stream()
                .filter(entry -> entry.getValue().kind() == kind && fleet.contains(entry.getKey()))
                .min(Comparator.comparingLong(entry -> entry.getValue().sinceNanos() - nowNanos))
                .orElseThrow()
                .getKey();
    }

    /** How many of the fleet are out, by one kind of evidence or, with null, by any. */
    private int out(Set<BackendKey> fleet, @Nullable Kind kind) {
        int out = 0;
        for (Map.Entry<BackendKey, Ejection> entry : current.entrySet()) {
            if ((kind == null || entry.getValue().kind() == kind) && fleet.contains(entry.getKey())) {
                out++;
            }
        }
        return out;
    }

    private static Ejection ejection(
            Kind kind, int times, long sinceNanos, long nowNanos, String evidence, double jitter) {
        return new Ejection(
                kind, times, sinceNanos, nowNanos + EjectionTimes.nanos(kind, times, jitter), false, evidence);
    }

    private Ejections change(BackendKey key, UnaryOperator<Ejection> change) {
        Ejection now = current.get(key);
        Ejection next = now == null ? null : change.apply(now);
        return next == null || next.equals(now) ? this : with(key, next);
    }

    private Ejections with(BackendKey key, Ejection ejection) {
        var next = new HashMap<>(current);
        next.put(key, ejection);
        return new Ejections(next, past);
    }

    private Ejections without(Collection<BackendKey> keys, long nowNanos) {
        var still = new HashMap<>(current);
        var over = new HashMap<>(past);
        for (BackendKey key : keys) {
            Ejection ended = still.remove(key);
            if (ended != null) {
                over.put(
                        key,
                        new Ejection(
                                ended.kind(), ended.times(), ended.sinceNanos(), nowNanos, false, ended.evidence()));
            }
        }
        return new Ejections(still, over);
    }
}
