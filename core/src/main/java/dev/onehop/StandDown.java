package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why every connection of this process goes to the ClusterIP, if so: switched off, or a mesh sidecar in the pod. A
 * sidecar may begin to listen after the application has started, so it is looked for again with each Service port and
 * with each change of one, at most once in ten seconds, until it is found.
 *
 * <p>Shared: safe from any thread; a reason once found stays.
 */
final class StandDown {

    private static final Logger log = LoggerFactory.getLogger(StandDown.class);

    static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

    private static final long BETWEEN_LOOKS_NANOS = BETWEEN_LOOKS.toNanos();

    private final Supplier<Optional<String>> sidecar;
    private final LongSupplier nanoTime;
    private volatile Decision.@Nullable ClusterIp found;

    /** When the last look was; null before the first. Two threads may look at once, which only costs a look. */
    private volatile @Nullable Long lookedNanos;

    private StandDown(Supplier<Optional<String>> sidecar, LongSupplier nanoTime) {
        this.sidecar = sidecar;
        this.nanoTime = nanoTime;
    }

    /** Onehop balances, unless {@code sidecar} finds one. */
    static StandDown unless(Supplier<Optional<String>> sidecar, LongSupplier nanoTime) {
        return new StandDown(sidecar, nanoTime);
    }

    static StandDown switchedOff() {
        var off = new StandDown(Optional::empty, () -> 0);
        off.found = new Decision.ClusterIp(FallbackReason.SWITCHED_OFF, "Onehop is switched off");
        return off;
    }

    /** Looks, unless it has been found before or looked for just now. */
    Optional<Decision.ClusterIp> look() {
        return look(nanoTime.getAsLong());
    }

    /** As the other, for callers that have just asked for the time. */
    Optional<Decision.ClusterIp> look(long nowNanos) {
        Decision.ClusterIp known = found;
        if (known == null && isTimeToLook(nowNanos)) {
            Optional<String> seen = sidecar.get();
            if (seen.isPresent()) {
                known = new Decision.ClusterIp(FallbackReason.MESH_SIDECAR, seen.get());
                found = known;
                log.warn("Onehop stands down, connections go to the ClusterIP: {}", known.why());
            }
        }
        return Optional.ofNullable(known);
    }

    private boolean isTimeToLook(long nowNanos) {
        Long before = lookedNanos;
        if (before != null && nowNanos - before < BETWEEN_LOOKS_NANOS) {
            return false;
        }
        lookedNanos = nowNanos;
        return true;
    }
}
