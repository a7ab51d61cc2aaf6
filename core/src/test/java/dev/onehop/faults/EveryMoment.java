package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import dev.onehop.time.ManualTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What holds of every snapshot, whatever has happened (reliability 2.13): P-1, P-3, P-5, P-6. Notes what it finds broken,
 * for a listener's errors are caught; {@link #check} throws it.
 *
 * <p>Not thread-safe: on the thread that pushes time.
 */
final class EveryMoment implements Consumer<Eligible> {

    private static final long[] HARD = {1, 2, 4, 8, 16, 30};
    private static final long[] SOFT = {10, 20, 40, 80, 120};

    private final ManualTime time;

    /** The incarnations on which something has failed. */
    private final Set<BackendKey> blamed = new HashSet<>();

    private Map<BackendKey, Ejection> before = new HashMap<>();
    private AssertionError broken;
    private int snapshots;
    private int lengths;
    private int mostTimes;

    EveryMoment(ManualTime time) {
        this.time = time;
    }

    /** Something has failed on a backend. */
    void blame(BackendKey backend) {
        blamed.add(backend);
    }

    @Override
    public void accept(Eligible snapshot) {
        try {
            snapshots++;
            look(snapshot);
        } catch (AssertionError e) {
            broken = broken == null ? e : broken;
        }
    }

    /** Throws what was found broken. */
    void check(List<Object> history) {
        if (broken != null) {
            throw new AssertionError("after " + history, broken);
        }
    }

    int snapshots() {
        return snapshots;
    }

    /** How many times of ejections were measured. */
    int lengths() {
        return lengths;
    }

    /** The longest row of ejections. */
    int mostTimes() {
        return mostTimes;
    }

    private void look(Eligible now) {
        int n = now.size() + now.ejected().size();
        Map<BackendKey, Ejection> present = new HashMap<>();
        for (Backend backend : now.ejected()) {
            present.put(backend.key(), now.ejection(backend).orElseThrow());
        }
        if (n > 0) {
            assertThat(now.failedOpen()).as("P-1: all of %d out", n).isFalse();
            assertThat(present.size()).as("P-1: out of %d", n).isLessThan(n);
            assertThat(present.values().stream().filter(each -> each.kind() == Kind.SOFT))
                    .as("P-1: out of %d for bad answers", n)
                    .hasSizeLessThanOrEqualTo(Snapshots.softCap(n));
            assertThat(present.values().stream().filter(Ejection::onTrial))
                    .as("P-6: on trial of %d", n)
                    .hasSizeLessThanOrEqualTo(Math.max(1, n / 10));
        }
        assertThat(blamed).as("P-3").containsAll(present.keySet());
        present.forEach((key, ejection) -> lasts(key, ejection));
        before = present;
    }

    /** P-5, wherever a time has just been set. */
    private void lasts(BackendKey key, Ejection now) {
        Ejection last = before.get(key);
        boolean set = last == null ? now.sinceNanos() == time.nanoTime() : last.untilNanos() != now.untilNanos();
        if (!set || now.onTrial()) {
            return;
        }
        long[] table = now.kind() == Kind.HARD ? HARD : SOFT;
        double promised = table[Math.min(now.times(), table.length) - 1];
        double seconds = (now.untilNanos() - time.nanoTime()) / 1e9;
        assertThat(seconds)
                .as("P-5: ejection %d in a row, %s", now.times(), now.kind())
                .isBetween(promised * 0.8 - 0.001, promised * 1.2 + 0.001);
        lengths++;
        mostTimes = Math.max(mostTimes, now.times());
    }
}
