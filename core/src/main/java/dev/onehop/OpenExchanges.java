package dev.onehop;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges under way on one connection. Most connections have one at a time, which has a place of its own: finding a
 * place in a set costs more than all else that Onehop does with an exchange.
 *
 * <p>Shared: safe from any thread.
 */
final class OpenExchanges {

    private final AtomicReference<@Nullable Attempt> one = new AtomicReference<>();
    private final Set<Attempt> others = ConcurrentHashMap.newKeySet(1);

    void add(Attempt exchange) {
        if (!one.compareAndSet(null, exchange)) {
            others.add(exchange);
        }
    }

    void remove(Attempt exchange) {
        if (!one.compareAndSet(exchange, null)) {
            others.remove(exchange);
        }
    }

    boolean isEmpty() {
        return one.get() == null && others.isEmpty();
    }

    /** Ends those that are under way now as abandoned. */
    void closeAll() {
        Attempt only = one.get();
        if (only != null) {
            only.close();
        }
        others.forEach(Attempt::close);
    }
}
