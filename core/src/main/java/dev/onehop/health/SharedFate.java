package dev.onehop.health;

import dev.onehop.route.BackendKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether so many backends answer badly that it is not them: a database they share, or us. Then nobody is ejected for bad
 * answers (reliability 2.5). It begins when half of those with traffic, and at least two, were nominated within 30 s, and
 * ends below three in ten.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
public final class SharedFate {

    private static final long WINDOW_NANOS = Duration.ofSeconds(30).toNanos();
    private static final double BEGINS = 0.5;
    private static final double ENDS = 0.3;

    private final Map<BackendKey, Long> nominatedNanos = new HashMap<>();
    private boolean shared;

    /** Notes that a backend's answers were found bad. */
    public void nominated(BackendKey key, long nowNanos) {
        nominatedNanos.put(key, nowNanos);
    }

    /** Forgets those that are not of the fleet any more: of a fleet that was replaced, nobody has answered badly yet. */
    public void keep(Set<BackendKey> fleet) {
        nominatedNanos.keySet().retainAll(fleet);
    }

    /**
     * How it stands.
     *
     * @param withTraffic how many backends have had enough calls to be judged
     */
    public boolean isShared(int withTraffic, long nowNanos) {
        nominatedNanos.values().removeIf(nominated -> nowNanos - nominated > WINDOW_NANOS);
        int nominated = nominatedNanos.size();
        shared = shared
                ? nominated >= ENDS * withTraffic && nominated > 0
                : nominated >= 2 && nominated >= BEGINS * withTraffic;
        return shared;
    }
}
