package dev.onehop.k8s.chaos;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Looks at every snapshot that picks are made from, and notes what breaks a rule (reliability 2.13): P-1 to P-3, P-5 and P-6,
 * and versions that do not grow.
 *
 * <p>Shared: safe from any thread; one monitor guards it.
 */
final class Auditor implements Consumer<Eligible> {

    private static final int MOST_NOTED = 20;
    private static final long[] HARD = {1, 2, 4, 8, 16, 30};
    private static final long[] SOFT = {10, 20, 40, 80, 120};

    /** Less no row of callers' failures ejects anybody. */
    private static final int FEWEST_FAILURES = 2;

    /** A failed connect of ours is the second failure, and in an outage one is enough (reliability 2.4, 2.5). */
    private static final List<String> ONE_IS_ENOUGH =
            List.of("a caller could not connect, nor could we", "as to most others");

    private final List<String> broken = new ArrayList<>();
    private Map<BackendKey, Ejection> before = new HashMap<>();
    private long version = -1;
    private int snapshots;
    private int hard;
    private int soft;
    private int returns;
    private int most;

    @Override
    public synchronized void accept(Eligible now) {
        snapshots++;
        require(now.version() > version, "version " + now.version() + " after " + version);
        version = now.version();
        Map<BackendKey, Ejection> out = new HashMap<>();
        for (Backend backend : now.ejected()) {
            Ejection ejection = now.ejection(backend).orElseThrow();
            out.put(backend.key(), ejection);
            if (!before.containsKey(backend.key())) {
                begun(backend, ejection);
            }
        }
        returns += (int)
                before.keySet().stream().filter(key -> !out.containsKey(key)).count();
        before = out;
        limits(now, out);
    }

    /** P-3, and P-5 where a first time has just been set. */
    private void begun(Backend backend, Ejection ejection) {
        boolean oneIsEnough = ONE_IS_ENOUGH.stream().anyMatch(ejection.evidence()::contains);
        require(
                backend.failed() >= (oneIsEnough ? 1 : FEWEST_FAILURES),
                "P-3: ejected after " + backend.failed() + " failures: " + backend + ": " + ejection.evidence());
        boolean isHard = ejection.kind() == Kind.HARD;
        hard += isHard ? 1 : 0;
        soft += isHard ? 0 : 1;
        long[] table = isHard ? HARD : SOFT;
        double promised = table[Math.min(ejection.times(), table.length) - 1];
        double seconds = (ejection.untilNanos() - ejection.sinceNanos()) / 1e9;
        require(
                ejection.onTrial() || (seconds > promised * 0.799 && seconds < promised * 1.201),
                "P-5: out for " + seconds + " s the " + ejection.times() + ". time");
    }

    private void limits(Eligible now, Map<BackendKey, Ejection> out) {
        int n = now.size() + out.size();
        most = Math.max(most, out.size());
        boolean listed = now.route().orElse(null) instanceof Route.Backends route
                && !route.endpoints().isEmpty();
        require(!listed || now.size() > 0, "P-2: nobody to pick of " + n);
        if (n == 0) {
            return;
        }
        long softNow =
                out.values().stream().filter(each -> each.kind() == Kind.SOFT).count();
        require(!now.failedOpen() && out.size() < n, "P-1: " + out.size() + " out of " + n);
        require(softNow <= softCap(n), "P-1: " + softNow + " out of " + n + " for bad answers");
        long trials = out.values().stream().filter(Ejection::onTrial).count();
        require(trials <= Math.max(1, n / 10), "P-6: " + trials + " on trial of " + n);
    }

    /** Fewer than half, always; one of two or three (reliability 2.5). */
    private static int softCap(int n) {
        return n <= 1 ? 0 : n <= 3 ? 1 : (n + 1) / 2 - 1;
    }

    private void require(boolean holds, String otherwise) {
        if (!holds && broken.size() < MOST_NOTED) {
            broken.add(otherwise);
        }
    }

    /** What broke a rule; the first of it. */
    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    /** How many snapshots there were. */
    synchronized int snapshots() {
        return snapshots;
    }

    /** How many times somebody was ejected for failed connects. */
    synchronized int hard() {
        return hard;
    }

    /** How many times somebody was ejected for bad answers. */
    synchronized int soft() {
        return soft;
    }

    /** How many times somebody who was out was so no more, or had left. */
    synchronized int returns() {
        return returns;
    }

    /** The most that were out at one time. */
    synchronized int most() {
        return most;
    }
}
