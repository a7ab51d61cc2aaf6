package dev.onehop.health;

import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * Whose trial begins before its time: when all were dead and one is back, the others are worth a look within two
 * seconds, and need not wait out their thirty. How many are tried at once stays {@link Ejections#due}'s to say.
 *
 * <p>Serial: belongs to the pipeline's loop.
 */
public final class Recalls {

    private static final long SOON_NANOS = Duration.ofSeconds(2).toNanos();

    private final Map<BackendKey, Long> trialNanos = new HashMap<>();

    /** Recalls all that are out for failed connects, each after a time of its own. */
    public void all(Set<BackendKey> fleet, Ejections ejections, long nowNanos, DoubleSupplier chance) {
        for (BackendKey key : fleet) {
            if (ejections.of(key).filter(now -> now.kind() == Kind.HARD).isPresent()) {
                at(key, nowNanos + (long) (chance.getAsDouble() * SOON_NANOS));
            }
        }
    }

    /** Recalls one. */
    public void at(BackendKey key, long nanos) {
        trialNanos.merge(key, nanos, (before, now) -> now - before < 0 ? now : before);
    }

    /** Its trial has begun. */
    public void over(BackendKey key) {
        trialNanos.remove(key);
    }

    /** Forgets those that are no longer out. */
    public void keep(Ejections ejections) {
        trialNanos.keySet().removeIf(key -> ejections.of(key).isEmpty());
    }

    /** When the trial of an ejected backend may begin: at {@code ownNanos}, or sooner. */
    long of(BackendKey key, long ownNanos) {
        Long recalled = trialNanos.get(key);
        return recalled != null && recalled - ownNanos < 0 ? recalled : ownNanos;
    }

    /** When the next is due. */
    public OptionalLong nextNanos(long nowNanos) {
        return trialNanos.values().stream()
                .mapToLong(at -> at - nowNanos)
                .filter(left -> left > 0) // the others wait for a place
                .map(left -> nowNanos + left)
                .min();
    }
}
