package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * One alarm per purpose: setting it again moves it.
 *
 * <p>Serial: touched only on its loop.
 */
final class Timers<K extends Enum<K>> {

    private final SerialScheduler loop;
    private final Map<K, Cancellable> set;

    Timers(SerialScheduler loop, Class<K> purposes) {
        this.loop = loop;
        set = new EnumMap<>(purposes);
    }

    void set(K purpose, Duration delay, Runnable alarm) {
        cancel(purpose);
        set.put(purpose, loop.schedule(delay, () -> {
            set.remove(purpose);
            alarm.run();
        }));
    }

    void cancel(K purpose) {
        Cancellable timer = set.remove(purpose);
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Whether its alarm is still to come. */
    boolean isSet(K purpose) {
        return set.containsKey(purpose);
    }

    boolean isEmpty() {
        return set.isEmpty();
    }

    void cancelAll() {
        set.values().forEach(Cancellable::cancel);
        set.clear();
    }
}
