package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What a {@link Reflector} holds, how it stands with the server, and what it has counted; tells its listener whenever
 * that changes, once for a burst of changes.
 *
 * <p>Serial: touched only on its reflector's loop, except the accessors that say otherwise.
 */
final class Replica<T> {

    private final Store<T> store;
    private final SerialScheduler loop;
    private final Consumer<Snapshot<T>> listener;
    private final AtomicLong relists = new AtomicLong();
    private final AtomicLong useless = new AtomicLong();
    private volatile long lastContactNanos;
    private volatile Condition condition = Condition.SYNCING;
    private volatile boolean complete;
    private boolean publishing;
    private boolean closed;

    Replica(Store<T> store, SerialScheduler loop, Consumer<Snapshot<T>> listener) {
        this.store = store;
        this.loop = loop;
        this.listener = listener;
        lastContactNanos = loop.nanoTime();
    }

    /** The server has told us something. */
    void contact() {
        lastContactNanos = loop.nanoTime();
    }

    /** A whole list replaces what is held. {@code live}: whether we hear of changes from now on. */
    void adopt(ListPage<T> list, boolean live) {
        if (complete) {
            relists.incrementAndGet();
        }
        useless.addAndGet(unusable(list));
        store.replace(list);
        complete = true;
        if (live) {
            condition = Condition.LIVE;
        }
        publish();
    }

    /** Changes reach us as they happen. */
    void live() {
        contact();
        if (!condition.isLive()) {
            condition = Condition.LIVE;
            publish();
        }
    }

    void apply(List<Change<T>> changes) {
        boolean visible = false;
        for (Change<T> change : changes) {
            if (change instanceof Change.Useless
                    || (change instanceof Change.Put<T> put && put.item().value() == null)) {
                useless.incrementAndGet();
            }
            visible |= store.apply(change);
        }
        if (visible) {
            publish();
        }
    }

    /** The objects stay, whatever we no longer hear. */
    void disconnected(Condition why) {
        if (!condition.equals(why)) {
            condition = why;
            publish();
        }
    }

    /** Nothing is told any more. */
    void close() {
        closed = true;
    }

    /** When the server last told us anything, or when this began. From any thread. */
    long lastContactNanos() {
        return lastContactNanos;
    }

    /** The counters and the condition as they are now. From any thread. */
    ReflectorStatus status(String resource, long divergences) {
        return new ReflectorStatus(
                resource,
                condition.kind().name(),
                condition.why(),
                complete,
                relists.get(),
                divergences,
                useless.get(),
                lastContactNanos);
    }

    private long unusable(ListPage<T> list) {
        return list.useless()
                + list.items().stream().filter(item -> item.value() == null).count();
    }

    private void publish() {
        if (!publishing) {
            publishing = true;
            loop.execute(() -> {
                publishing = false;
                if (!closed) {
                    listener.accept(new Snapshot<>(
                            complete, store.values(), condition, lastContactNanos, complete ? relists.get() + 1 : 0));
                }
            });
        }
    }
}
