package dev.onehop.health;

import dev.onehop.route.BackendKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether connects to so many backends fail that it is not them one by one: a wrong port, a NetworkPolicy, our own
 * network, or a dead Service (reliability 2.5). It begins when eight in ten, and at least two, refuse or do not answer,
 * and ends when half or fewer do. A backend counts for ten seconds after its last failure, and for as long as it is
 * ejected for failures; not at all once a connect has stood.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
public final class HardFate {

    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int LEAST = 2;
    private static final double BEGINS = 0.8 - 1e-9; // eight of ten are enough
    private static final double ENDS = 0.5;

    private final Map<BackendKey, Long> failedNanos = new HashMap<>();
    private boolean shared;
    private int refusing;
    private int present;

    /** Notes that a connect to a backend failed. */
    public void failed(BackendKey key, long nowNanos) {
        failedNanos.put(key, nowNanos);
    }

    /**
     * How it stands.
     *
     * @param fleet all backends that are present
     */
    public boolean isShared(Iterable<Backend> fleet, Ejections ejections, long nowNanos) {
        failedNanos.values().removeIf(failed -> nowNanos - failed > WINDOW_NANOS);
        refusing = 0;
        present = 0;
        for (Backend backend : fleet) {
            present++;
            refusing += refuses(backend, ejections) ? 1 : 0;
        }
        shared = shared ? refusing > ENDS * present : refusing >= LEAST && refusing >= BEGINS * present;
        return shared;
    }

    private boolean refuses(Backend backend, Ejections ejections) {
        Optional<Ejection> out = ejections.of(backend.key());
        return out.filter(now -> now.kind() == Ejection.Kind.HARD).isPresent()
                || (failedNanos.containsKey(backend.key()) && !backend.reach().isReached());
    }

    /**
     * Who has failed and is not out yet. One failure is enough while fate is shared: to the others it makes no difference,
     * and from then on our connects look after it instead of callers'.
     */
    public List<Backend> failing(Iterable<Backend> fleet, Ejections ejections) {
        List<Backend> failing = new ArrayList<>();
        for (Backend backend : fleet) {
            if (shared && ejections.of(backend.key()).isEmpty() && refuses(backend, ejections)) {
                failing.add(backend);
            }
        }
        return failing;
    }

    /** Whether it might have begun with the last failure; cheap, and true too often rather than too seldom. */
    public boolean mayBegin(int fleet, Ejections ejections) {
        return !shared && failedNanos.size() + ejections.size() >= BEGINS * fleet;
    }

    /** Of how many backends the connects failed when it was last looked at. */
    public int refusing() {
        return refusing;
    }

    /** How many backends there were when it was last looked at. */
    public int present() {
        return present;
    }

    /** When the next failure is too old to count; empty while fate is not shared. */
    public OptionalLong nextNanos(long nowNanos) {
        return shared
                ? failedNanos.values().stream()
                        .mapToLong(failed -> failed + WINDOW_NANOS + 1 - nowNanos)
                        .filter(left -> left > 0)
                        .map(left -> nowNanos + left)
                        .min()
                : OptionalLong.empty();
    }
}
