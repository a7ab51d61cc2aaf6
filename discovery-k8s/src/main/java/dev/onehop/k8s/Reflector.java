package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a copy of one selection of objects true to the API server: list, then watch, for ever. Whatever goes wrong, the
 * objects stay and the next attempt comes; a reader sees whole lists and single changes, never a list half read.
 *
 * <p>Distrusts silence: a watch without a byte is cut and opened again, and every ten minutes or so a list is compared
 * with what the watch told ({@link AntiEntropy}).
 *
 * <p>Serial: touched only on its loop, except the accessors that say otherwise.
 */
final class Reflector<T> {

    /*
     * One attempt is under way at any time: a list (Pages) or a watch (Watching). Whatever an earlier one still has to
     * say is dropped. Every ending leads to exactly one of list(), watch(), or a retry timer for one of them, as
     * Recovery says: there is no state from which nothing follows but closed.
     */

    private static final Duration LIST_SILENCE = Duration.ofSeconds(60);

    private final ListWatch<T> source;
    private final SerialScheduler loop;
    private final Store<T> store = new Store<>();
    private final Replica<T> replica;
    private final Recovery recovery;
    private final Silence listSilence;
    private final Watching<T> watch;
    private final AntiEntropy<T> antiEntropy;
    private @Nullable Pages<T> list;
    private @Nullable Cancellable retry;
    private boolean closed;

    Reflector(
            ListWatch<T> source,
            SerialScheduler loop,
            RandomGenerator random,
            Reachability server,
            Consumer<Snapshot<T>> listener) {
        this.source = source;
        this.loop = loop;
        replica = new Replica<>(store, loop, listener);
        recovery = new Recovery(loop, random, server);
        listSilence = new Silence(loop, () -> follow(recovery.listSilent()));
        watch = new Watching<>(source, loop, random, new WatchReader());
        antiEntropy = new AntiEntropy<>(source, loop, random, store, this::resync);
    }

    void start() {
        list();
    }

    /** Ends the attempt under way and every timer; nothing is published any more. Idempotent. */
    void close() {
        closed = true;
        replica.close();
        endAttempt();
        recovery.close();
        antiEntropy.stop();
    }

    /** Begins anew with a list: time has passed without us, so nothing that was under way can be trusted. */
    void resync() {
        if (!closed) {
            list();
        }
    }

    /** When the server last told us anything, or when this began. From any thread. */
    long lastContactNanos() {
        return replica.lastContactNanos();
    }

    /** The counters and the condition as they are now. From any thread. */
    ReflectorStatus status(String resource) {
        return replica.status(resource, antiEntropy.divergences());
    }

    private void list() {
        endAttempt();
        list = Pages.read(source, loop, new ListReader());
        listSilence.begin(LIST_SILENCE);
    }

    private void watch() {
        endAttempt();
        watch.open(store.resourceVersion(), recovery.standsAfter());
    }

    private void follow(Recovery.Next next) {
        if (next.condition() != null) {
            antiEntropy.stop();
            replica.disconnected(next.condition());
        }
        endAttempt();
        retry = recovery.schedule(next, next.list() ? this::list : this::watch);
    }

    private void endAttempt() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        listSilence.end();
        if (list != null) {
            list.cancel();
            list = null;
        }
        watch.cancel();
    }

    private final class ListReader implements Pages.Reader<T> {
        @Override
        public void bytes() {
            listSilence.broken();
            replica.contact();
        }

        @Override
        public void whole(ListPage<T> list) {
            replica.contact();
            recovery.listed();
            replica.adopt(list, !recovery.isWatchRefused());
            watch();
        }

        @Override
        public void failed(Trouble trouble) {
            follow(recovery.listFailed(trouble));
        }
    }

    private final class WatchReader implements Watching.Reader<T> {
        @Override
        public void opened() {
            recovery.opened();
        }

        @Override
        public void stands() {
            recovery.stands();
            replica.live();
            antiEntropy.start();
        }

        @Override
        public void told(List<Change<T>> changes) {
            recovery.told(!changes.isEmpty());
            replica.live();
            if (!changes.isEmpty()) {
                antiEntropy.start();
            }
            replica.apply(changes);
        }

        @Override
        public void closed(Duration lived, boolean anyChange) {
            follow(recovery.closed(lived, anyChange));
        }

        @Override
        public void failed(Trouble trouble) {
            follow(recovery.watchFailed(trouble));
        }

        @Override
        public void silent() {
            follow(recovery.watchSilent());
        }
    }
}
