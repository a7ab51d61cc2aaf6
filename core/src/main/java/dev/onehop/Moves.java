package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which kept connections are better made anew, few at a time: old ones, those by way of the ClusterIP or to backends that no
 * new connection goes to, and those of backends that hold more than their share (reliability 3.4).
 *
 * <p>Pure functions of the connections as they are looked at, each once.
 */
final class Moves {

    /** At a time, one connection of so many moves, and one at least. */
    private static final int MOVING = 10;

    /** Whoever is retired and busy for longer is not waited for by the others. */
    private static final long LEAVING_NANOS = Duration.ofMinutes(1).toNanos();

    private final Map<HeldConnection, Retirement> chosen = new LinkedHashMap<>();
    private final int most;

    private Moves(int most) {
        this.most = most;
    }

    /** Whom to retire now, and why; not more than a tenth of {@code open}, or one. */
    static Map<HeldConnection, Retirement> of(Collection<HeldConnection> open, Eligible now, long nowNanos) {
        List<HeldConnection> kept = new ArrayList<>(open.size());
        int leaving = 0;
        for (HeldConnection each : open) {
            if (!each.isRetired()) {
                kept.add(each);
            } else if (nowNanos - each.retiredNanos() < LEAVING_NANOS) {
                leaving++;
            }
        }
        var moves = new Moves(Math.max(1, open.size() / MOVING));
        moves.choose(old(kept, nowNanos), Retirement.AGED);
        if (now.size() > 0) {
            moves.choose(idleFirst(goingElsewhere(kept, now)), Retirement.SURPLUS);
            moves.spread(kept, now, leaving);
        }
        return moves.chosen;
    }

    /** The first of them that are not chosen yet, as far as there is room. */
    private void choose(List<HeldConnection> of, Retirement why) {
        List<HeldConnection> next = of.stream()
                .filter(each -> !chosen.containsKey(each))
                .limit(left())
                .toList();
        next.forEach(each -> chosen.put(each, why));
    }

    private int left() {
        return Math.max(0, most - chosen.size());
    }

    /** Not while shares differ on purpose, or callers are to stay where they are. */
    private void spread(List<HeldConnection> kept, Eligible now, int leaving) {
        if (left() == 0 || now.isRamping() || now.affinityTimeout().isPresent()) {
            return;
        }
        Map<Backend, List<HeldConnection>> byBackend = new HashMap<>();
        for (HeldConnection each : kept) {
            if (!chosen.containsKey(each)) {
                each.made()
                        .backend()
                        .ifPresent(backend -> byBackend
                                .computeIfAbsent(backend, key -> new ArrayList<>())
                                .add(each));
            }
        }
        Map<Backend, Integer> counts = new HashMap<>();
        byBackend.forEach((backend, held) -> counts.put(backend, held.size()));
        Surplus.of(counts, now.backends(), leaving + chosen.size(), left())
                .forEach((backend, surplus) -> idleFirst(byBackend.getOrDefault(backend, List.of())).stream()
                        .limit(surplus)
                        .forEach(each -> chosen.put(each, Retirement.SURPLUS)));
    }

    private static List<HeldConnection> old(List<HeldConnection> kept, long nowNanos) {
        return kept.stream()
                .filter(each -> each.isDue(nowNanos))
                .sorted(Comparator.comparingLong(each -> each.dueNanos() - nowNanos))
                .toList();
    }

    private static List<HeldConnection> goingElsewhere(List<HeldConnection> kept, Eligible now) {
        var staying = new KeptBackends(now, false);
        return kept.stream()
                .filter(each -> each.made()
                        .backend()
                        .map(backend -> staying.retirement(backend).isPresent())
                        .orElse(true))
                .toList();
    }

    /** Each is looked at once: others may begin or end an exchange meanwhile. */
    private static List<HeldConnection> idleFirst(Collection<HeldConnection> of) {
        List<HeldConnection> idle = new ArrayList<>(of.size());
        List<HeldConnection> busy = new ArrayList<>();
        of.forEach(each -> (each.isIdle() ? idle : busy).add(each));
        idle.addAll(busy);
        return idle;
    }
}
