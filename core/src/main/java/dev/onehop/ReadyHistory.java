package dev.onehop;

import dev.onehop.route.BackendKey;
import dev.onehop.route.Excluded;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.Endpoint;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which pods of one Service port this client has seen ready, from when until when. Whoever is listed no more is
 * remembered for a minute.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
final class ReadyHistory {

    private static final long WINDOW_NANOS = Duration.ofSeconds(60).toNanos();

    /** Fewer than these ready together may be a leader and its followers (reliability 2.8). */
    private static final int TOGETHER = 3;

    /** Ready, on this port, and not for this node. */
    private static final Set<ExclusionReason> FOR_OTHERS =
            EnumSet.of(ExclusionReason.OTHER_NODE_HINT, ExclusionReason.OTHER_ZONE_HINT, ExclusionReason.NOT_LOCAL);

    private final Map<BackendKey, Seen> seen = new HashMap<>();

    /**
     * One pod's last time of being ready.
     *
     * @param untilNanos when it was first seen not to be; means nothing while {@code ready}
     * @param blamed whether there was hard evidence against it then
     * @param listed whether it is in the slices now, neither ready nor terminating
     */
    private record Seen(long sinceNanos, boolean ready, long untilNanos, boolean blamed, boolean listed) {

        Seen unready(boolean blamed, long nowNanos) {
            return new Seen(sinceNanos, false, nowNanos, blamed, false);
        }

        Seen listed(boolean listed) {
            return this.listed == listed ? this : new Seen(sinceNanos, ready, untilNanos, blamed, listed);
        }

        boolean isPast(long nowNanos) {
            return !ready && !listed && nowNanos - untilNanos > WINDOW_NANOS;
        }
    }

    /** So many that had been ready together became unready within the window. */
    record Flip(int unready, int together) {}

    /**
     * Takes note of what kube-proxy's route says of every endpoint.
     *
     * @param blamed whether there is hard evidence against a pod; asked when it stops being ready
     */
    void see(Route route, Predicate<BackendKey> blamed, long nowNanos) {
        Set<BackendKey> ready = ready(route);
        Set<BackendKey> unready = keys(route.excluded(), EnumSet.of(ExclusionReason.NOT_READY));
        for (BackendKey key : ready) {
            Seen before = seen.get(key);
            if (before == null || !before.ready) {
                seen.put(key, new Seen(nowNanos, true, nowNanos, false, false));
            }
        }
        seen.replaceAll((key, each) -> {
            Seen now = each.ready && !ready.contains(key) ? each.unready(blamed.test(key), nowNanos) : each;
            return now.listed(unready.contains(key));
        });
        seen.values().removeIf(each -> each.isPast(nowNanos));
    }

    void clear() {
        seen.clear();
    }

    /** Who was ready, is still listed as the same pod, and had nothing hard against it when it became unready. */
    Set<BackendKey> trusted() {
        return seen.entrySet().stream()
                .filter(each -> each.getValue().listed && !each.getValue().blamed)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether at least three were ready together, and at least 80 % of them became unready within the last minute and are
     * still listed. Asked when nobody is ready any more. Of several such moments, the one with the most.
     */
    Optional<Flip> flippedTogether(long nowNanos) {
        Sweep all = Sweep.of(seen.values().stream(), nowNanos);
        Sweep listed = Sweep.of(seen.values().stream().filter(Seen::listed), nowNanos);
        Flip best = null;
        for (long moment : all.ends) {
            int together = moment < -WINDOW_NANOS ? 0 : all.readyBefore(moment);
            int unready = together < TOGETHER ? 0 : listed.readyBefore(moment);
            boolean enough = together >= TOGETHER && 5 * unready >= 4 * together;
            if (enough && (best == null || unready > best.unready)) {
                best = new Flip(unready, together);
            }
        }
        return Optional.ofNullable(best);
    }

    /** How many were ready at a moment, for many moments. All times are relative to now, so that they can be sorted. */
    private static final class Sweep {

        private final long[] begins;
        private final long[] ends;

        private Sweep(long[] begins, long[] ends) {
            this.begins = begins;
            this.ends = ends;
        }

        static Sweep of(Stream<Seen> seen, long nowNanos) {
            List<Seen> over = seen.filter(each -> !each.ready).toList();
            return new Sweep(
                    sorted(over, each -> each.sinceNanos - nowNanos), sorted(over, e -> e.untilNanos - nowNanos));
        }

        /** How many had become ready before a moment, and not stopped to be. */
        int readyBefore(long moment) {
            return before(begins, moment) - before(ends, moment);
        }

        private static long[] sorted(List<Seen> seen, ToLongFunction<Seen> time) {
            return seen.stream().mapToLong(time).sorted().toArray();
        }

        private static int before(long[] sorted, long moment) {
            int low = 0;
            int high = sorted.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (sorted[middle] < moment) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /** All that are ready and not terminating, wherever the route goes. */
    private static Set<BackendKey> ready(Route route) {
        Set<BackendKey> ready = keys(route.excluded(), FOR_OTHERS);
        if (route instanceof Route.Backends set) {
            set.endpoints().stream()
                    .filter(each -> isReady(each.endpoint()))
                    .map(RoutedEndpoint::key)
                    .forEach(ready::add);
        }
        return ready;
    }

    private static Set<BackendKey> keys(Collection<Excluded> excluded, Set<ExclusionReason> reasons) {
        Set<BackendKey> keys = new HashSet<>();
        for (Excluded each : excluded) {
            boolean counts = reasons.contains(ExclusionReason.NOT_READY) || isReady(each.endpoint());
            String uid = each.endpoint().podUid();
            if (counts && reasons.contains(each.reason())) {
                keys.add(new BackendKey(
                        uid == null ? BackendKey.NO_POD : uid,
                        Objects.requireNonNull(each.endpoint().ip()),
                        each.port()));
            }
        }
        return keys;
    }

    private static boolean isReady(Endpoint endpoint) {
        return endpoint.isReady() && !endpoint.isTerminating();
    }
}
