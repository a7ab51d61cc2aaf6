package dev.onehop;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that its client keeps open, for one exchange after another or for several at a time. Onehop knows of it, so
 * that it can be retired for one of the reasons in {@link Retirement}. A retired one takes no further exchange; it is
 * closed at once where it is idle, else when the exchanges under way have ended (reliability 3.4).
 *
 * <pre>{@code
 * HeldConnection held = attempt.hold(socket::close);     // the connect stands
 * try (Attempt exchange = held.begin().orElseThrow()) {  // empty: it is retired, use another
 *   exchange.answered(200, null);                        // its end leaves the connection idle
 * }
 * held.gone();                                           // the client has closed it
 * }</pre>
 *
 * <p>Shared: safe from any thread.
 */
public final class HeldConnection {

    private static final Logger log = LoggerFactory.getLogger(HeldConnection.class);

    private static final int RETIRED = 1 << 30;
    private static final int CLOSED = 1 << 31;

    private final HeldConnections all;
    private final Attempt made;
    private final Closing close;
    private final long dueNanos;
    private final AtomicReference<@Nullable Attempt> first;
    private final AtomicBoolean firstOpen = new AtomicBoolean(true);

    /** The exchanges under way. */
    private final OpenExchanges underWay = new OpenExchanges();

    private volatile long retiredNanos;

    /** How many exchanges are under way, and what became of the connection. The one it was made for counts from the start. */
    private final AtomicInteger state = new AtomicInteger(1);

    /** Closes the client's connection. */
    @FunctionalInterface
    public interface Closing {

        /**
         * Called once at most: on a thread of the common pool when the connection is idle, else on the thread that ended
         * the last exchange. It should not wait for anything; what it throws is logged.
         */
        void close() throws Exception;

        /**
         * Called once at most, on a thread of the common pool, when the connection is retired while exchanges are under
         * way: no other may begin, which {@link HeldConnection#begin} says as well. For clients that have to be told, lest
         * they take it from their pool.
         */
        default void retired() {
            // begin() says so
        }
    }

    /** @param dueNanos when it is old */
    HeldConnection(HeldConnections all, Attempt made, Closing close, long dueNanos) {
        this.all = all;
        this.made = made;
        this.first = new AtomicReference<>(made);
        this.close = close;
        this.dueNanos = dueNanos;
    }

    /**
     * Takes the connection for an exchange. The first is the one it was made for, and gets the attempt that was opened for
     * the connect, unless that has ended; it may be made even where the connection has been retired since.
     *
     * @return an attempt on the connection's backend, which the exchange must end as it ends; empty when the connection is
     *     retired or gone: no exchange may begin on it
     */
    public Optional<Attempt> begin() {
        Attempt connect = first.get() == null ? null : first.getAndSet(null);
        if (connect != null && connect.isOpen()) {
            if (state.get() >= 0) {
                return Optional.of(underWay(connect));
            }
            connect.close();
        }
        int now = state.get();
        while ((now & (RETIRED | CLOSED)) == 0) {
            if (state.compareAndSet(now, now + 1)) {
                return Optional.of(another());
            }
            now = state.get();
        }
        return Optional.empty();
    }

    private Attempt another() {
        return underWay(made.again(this));
    }

    private Attempt underWay(Attempt exchange) {
        underWay.add(exchange);
        if (state.get() < 0) {
            abandonLater(); // it has gone meanwhile, and may not have seen this one
        }
        return exchange;
    }

    /**
     * As {@link #begin}, for an exchange that cannot go elsewhere: also where the connection is retired, as long as it is
     * open. Further hops of a call that the connection serves, above all.
     *
     * @return empty when it is closed, or is about to be
     */
    public Optional<Attempt> beginAnyway() {
        Optional<Attempt> allowed = begin();
        int now = state.get();
        while (allowed.isEmpty() && now >= 0 && now != RETIRED) {
            if (state.compareAndSet(now, now + 1)) {
                return Optional.of(another());
            }
            now = state.get();
        }
        return allowed;
    }

    /** Whether it takes no further exchange, so that it does not belong into a pool. */
    public boolean isRetired() {
        return (state.get() & (RETIRED | CLOSED)) != 0;
    }

    /**
     * Tells that the connection is closed, by whomever: Onehop forgets it. Idempotent. Exchanges that nobody has ended ten
     * seconds later are abandoned.
     */
    public void gone() {
        int before = state.getAndUpdate(now -> now | CLOSED);
        all.forget(this);
        if (!underWay.isEmpty() && before >= 0) {
            abandonLater();
        }
        Attempt unused = first.getAndSet(null);
        if (unused != null) {
            unused.close();
        }
    }

    private void abandonLater() {
        all.afterwards(underWay::closeAll);
    }

    /** The attempt that it was made by. */
    Attempt made() {
        return made;
    }

    /** Whether no exchange is under way. */
    boolean isIdle() {
        return (state.get() & ~(RETIRED | CLOSED)) == 0;
    }

    /** Whether it is old at this time. */
    boolean isDue(long nowNanos) {
        return nowNanos - dueNanos >= 0;
    }

    /** When it is old. */
    long dueNanos() {
        return dueNanos;
    }

    /**
     * Takes no further exchange from now on. Called by one thread at a time.
     *
     * @param telling where its client is told if an exchange is under way
     * @param nowNanos the present time
     * @return whether that is new
     */
    boolean retire(Executor telling, long nowNanos) {
        if (!isRetired()) {
            retiredNanos = nowNanos;
        }
        int before = state.getAndUpdate(now -> now | RETIRED);
        boolean isNew = (before & (RETIRED | CLOSED)) == 0;
        if (isNew && before > 0) {
            telling.execute(close::retired);
        }
        return isNew;
    }

    /** Closes it by {@code closing}, once, where it is retired and no exchange is under way. */
    void closeIfIdle(Executor closing) {
        if (state.compareAndSet(RETIRED, RETIRED | CLOSED)) {
            all.forget(this);
            closing.execute(this::close);
        }
    }

    /** When it was retired; says nothing where it is not. */
    long retiredNanos() {
        return retiredNanos;
    }

    /** One of its exchanges has ended: the connect's own counts once, whoever notices its end. */
    void ended(Attempt exchange) {
        if (exchange == made && !firstOpen.compareAndSet(true, false)) {
            return;
        }
        underWay.remove(exchange);
        if (state.decrementAndGet() == RETIRED) {
            closeIfIdle(Runnable::run);
        }
    }

    private void close() {
        try {
            close.close();
        } catch (Exception e) {
            log.warn("a connection to {} could not be closed", made, e);
        }
    }

    /** Where it goes. */
    @Override
    public String toString() {
        return made + (isRetired() ? " (retired)" : "");
    }
}
