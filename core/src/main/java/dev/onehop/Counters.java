package dev.onehop;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each constant of an enum has occurred.
 *
 * <p>Shared: safe from any thread.
 */
final class Counters<E extends Enum<E>> {

    private final Class<E> type;
    private final Map<E, LongAdder> adders;

    Counters(Class<E> type) {
        this.type = type;
        adders = new EnumMap<>(type);
        for (E each : type.getEnumConstants()) {
            adders.put(each, new LongAdder());
        }
    }

    void increment(E what) {
        LongAdder adder = adders.get(what);
        if (adder != null) {
            adder.increment();
        }
    }

    long of(E what) {
        LongAdder adder = adders.get(what);
        return adder == null ? 0 : adder.sum();
    }

    /** How often any of them has. */
    long sum() {
        return adders.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Those that have occurred at all, and how often. */
    Map<E, Long> occurred() {
        Map<E, Long> counts = new EnumMap<>(type);
        adders.forEach((what, adder) -> {
            if (adder.sum() > 0) {
                counts.put(what, adder.sum());
            }
        });
        return counts;
    }
}
