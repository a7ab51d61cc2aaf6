package dev.onehop.k8s;

import dev.onehop.k8s.ListWatch.Call;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
     * One attempt is under way at any time: a list or a watch. `attempt` numbers them; whatever an earlier one still
     * has to say is dropped. Every ending leads to exactly one of list(), watch(), or a RETRY timer for one of them:
     * there is no state from which nothing follows but closed.
     */

    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
    private static final Duration LONGEST_REFUSED_RETRY = Duration.ofSeconds(60);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);
    private static final Duration HEALTHY = Duration.ofMinutes(2);
    private static final Duration LIST_SILENCE = Duration.ofSeconds(60);
    private static final Duration WATCH_SILENCE = Duration.ofSeconds(90);
    private static final Duration WATCH_GRACE = Duration.ofSeconds(30);
    private static final Duration SUSPICIOUSLY_SHORT = Duration.ofSeconds(2);
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final Duration BETWEEN_WATCHES = Duration.ofSeconds(1);
    private static final int SHORTEST_WATCH_SECONDS = 240;
    private static final int WATCH_SECONDS_SPREAD = 61;

    private enum Timer {
        RETRY,
        SILENCE,
        ACCEPTED
    }

    private final ListWatch<T> source;
    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Consumer<Snapshot<T>> listener;
    private final Store<T> store = new Store<>();
    private final Timers<Timer> timers;
    private final Backoff backoff;
    private final AntiEntropy<T> antiEntropy;
    private final AtomicLong relists = new AtomicLong();
    private final AtomicLong useless = new AtomicLong();
    private volatile long lastContactNanos;
    private volatile Condition condition = Condition.SYNCING;
    private volatile boolean complete;

    private @Nullable Call call;
    private int attempt;
    private long startedNanos;
    private long lastByteNanos;
    private long healthySinceNanos;
    private boolean healthy;
    private boolean watching;
    private boolean closed;
    private boolean publishing;
    private boolean tokenRetried;
    private boolean watchRefused;
    private boolean bookmarkSeen;
    private boolean changesHeard;
    private int emptyWatches;

    /** A watch was told that its version has expired, and none has told anything since. */
    private boolean expired;

    Reflector(ListWatch<T> source, SerialScheduler loop, RandomGenerator random, Consumer<Snapshot<T>> listener) {
        this.source = source;
        this.loop = loop;
        this.random = random;
        this.listener = listener;
        timers = new Timers<>(loop, Timer.class);
        backoff = new Backoff(random);
        antiEntropy = new AntiEntropy<>(source, loop, random, store, this::resync);
        lastContactNanos = loop.nanoTime();
    }

    void start() {
        list();
    }

    /** Ends the attempt under way and every timer; nothing is published any more. Idempotent. */
    void close() {
        closed = true;
        endAttempt();
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
        return lastContactNanos;
    }

    /** The counters and the condition as they are now. From any thread. */
    ReflectorStatus status(String resource) {
        return new ReflectorStatus(
                resource,
                condition.kind().name(),
                condition.why(),
                complete,
                relists.get(),
                antiEntropy.divergences(),
                useless.get(),
                lastContactNanos);
    }

    private void list() {
        endAttempt();
        begin();
        call = Pages.read(source, loop, new Pages.Reader<>() {
            @Override
            public void bytes() {
                contact();
            }

            @Override
            public void whole(ListPage<T> list) {
                contact();
                adopt(list);
            }

            @Override
            public void failed(Trouble trouble) {
                recover(trouble);
            }
        });
        expectBytesWithin(LIST_SILENCE);
    }

    private void adopt(ListPage<T> list) {
        if (complete) {
            relists.incrementAndGet();
        }
        useless.addAndGet(unusable(list));
        store.replace(list);
        complete = true;
        tokenRetried = false;
        if (!watchRefused) {
            condition = Condition.LIVE;
        }
        publish();
        watch();
    }

    private long unusable(ListPage<T> list) {
        return list.useless()
                + list.items().stream().filter(item -> item.value() == null).count();
    }

    private void watch() {
        endAttempt();
        begin();
        watching = true;
        changesHeard = false;
        int mine = attempt;
        int seconds = SHORTEST_WATCH_SECONDS + random.nextInt(WATCH_SECONDS_SPREAD);
        call = source.watch(store.resourceVersion(), seconds, new ListWatch.WatchSink<>() {
            @Override
            public void opened() {
                onLoop(mine, Reflector.this::opened);
            }

            @Override
            public void changes(List<Change<T>> changes, Runnable more) {
                onLoop(mine, () -> {
                    heard(changes);
                    more.run();
                });
            }

            @Override
            public void ended(@Nullable Trouble trouble) {
                onLoop(mine, () -> {
                    if (trouble == null) {
                        endedCleanly();
                    } else {
                        recover(trouble);
                    }
                });
            }
        });
        expectBytesWithin(
                bookmarkSeen ? WATCH_SILENCE : Duration.ofSeconds(seconds).plus(WATCH_GRACE));
    }

    private void opened() {
        watchRefused = false;
        if (emptyWatches == 0) {
            accepted();
        } else {
            lastByteNanos = loop.nanoTime();
            timers.set(Timer.ACCEPTED, SUSPICIOUSLY_SHORT, this::accepted);
        }
    }

    /** The watch stands: an idle server, of which nothing else may be heard for minutes, counts as heard of. */
    private void accepted() {
        emptyWatches = 0;
        live();
        antiEntropy.start();
    }

    private void heard(List<Change<T>> changes) {
        live();
        boolean visible = false;
        for (Change<T> change : changes) {
            changesHeard = true;
            expired = false;
            emptyWatches = 0;
            tokenRetried = false;
            if (change instanceof Change.Bookmark && !bookmarkSeen) {
                bookmarkSeen = true;
                expectBytesWithin(WATCH_SILENCE);
            }
            if (change instanceof Change.Useless
                    || (change instanceof Change.Put<T> put && put.item().value() == null)) {
                useless.incrementAndGet();
            }
            visible |= store.apply(change);
        }
        if (changesHeard) {
            antiEntropy.start();
        }
        if (visible) {
            publish();
        }
    }

    private void live() {
        contact();
        if (!healthy) {
            healthy = true;
            healthySinceNanos = lastContactNanos;
        }
        if (!condition.isLive()) {
            condition = Condition.LIVE;
            publish();
        }
    }

    /*
     * The server closed the watch in good order. Usually its time was up. But a server that cannot serve our
     * resourceVersion, or whose proxy is sick, may accept and close for ever: that must look like a failure, or we
     * would come back at once, for ever.
     */
    private void endedCleanly() {
        Duration lived = Duration.ofNanos(loop.nanoTime() - startedNanos);
        if (lived.compareTo(SUSPICIOUSLY_SHORT) >= 0) {
            emptyWatches = 0;
        }
        if (changesHeard || lived.compareTo(LONG_ENOUGH) > 0) {
            backoff.reset();
            retry(BETWEEN_WATCHES.minus(lived), this::watch);
        } else if (lived.compareTo(SUSPICIOUSLY_SHORT) >= 0) {
            retry(Duration.ofMillis(Math.round(BETWEEN_WATCHES.toMillis() * (1 + random.nextDouble()))), this::watch);
        } else {
            emptyWatches++;
            boolean list = emptyWatches > 1 && Integer.bitCount(emptyWatches) == 1;
            disconnected(new Condition(Condition.Kind.DISCONNECTED, "the API server accepts the watch and closes it"));
            retry(nextDelay(LONGEST_RETRY), list ? this::list : this::watch);
        }
    }

    /*
     * A version that has expired is no failure but the answer of a server that is well, mostly of one that was away until
     * then: the list follows soon. Where the next watch is told so again, it is a failure like any other.
     */
    private void recover(Trouble trouble) {
        boolean list = !complete || !watching || trouble.kind().needsList();
        if (trouble.kind() == Trouble.Kind.UNAUTHORIZED && !tokenRetried) {
            tokenRetried = true;
            retry(Duration.ZERO, list ? this::list : this::watch);
            return;
        }
        watchRefused = watching && trouble.kind().needsPerson();
        if (watching && trouble.kind() == Trouble.Kind.EXPIRED && !expired) {
            expired = true;
            backoff.reset();
        }
        disconnected(Condition.of(trouble));
        Duration delay = nextDelay(trouble.kind().needsPerson() ? LONGEST_REFUSED_RETRY : LONGEST_RETRY);
        Duration asked = min(trouble.retryAfter(), LONGEST_RETRY_AFTER);
        retry(asked.compareTo(delay) > 0 ? asked : delay, list ? this::list : this::watch);
    }

    private void silent() {
        boolean list = !complete || !watching;
        disconnected(new Condition(Condition.Kind.DISCONNECTED, "no byte from the API server: connection cut"));
        retry(list ? nextDelay(LONGEST_RETRY) : Duration.ZERO, list ? this::list : this::watch);
    }

    private Duration nextDelay(Duration longest) {
        if (healthy && loop.nanoTime() - healthySinceNanos >= HEALTHY.toNanos()) {
            backoff.reset();
        }
        healthy = false;
        return backoff.next(longest);
    }

    private void disconnected(Condition why) {
        antiEntropy.stop();
        if (!condition.equals(why)) {
            condition = why;
            publish();
        }
    }

    private void retry(Duration delay, Runnable next) {
        endAttempt();
        timers.set(Timer.RETRY, delay, next);
    }

    private void begin() {
        startedNanos = loop.nanoTime();
        lastByteNanos = startedNanos;
        watching = false;
    }

    private void endAttempt() {
        attempt++;
        timers.cancelAll();
        if (call != null) {
            call.cancel();
            call = null;
        }
    }

    private void contact() {
        lastByteNanos = loop.nanoTime();
        lastContactNanos = lastByteNanos;
    }

    private void expectBytesWithin(Duration limit) {
        Duration silence = Duration.ofNanos(loop.nanoTime() - lastByteNanos);
        Duration left = limit.minus(silence);
        if (left.isNegative() || left.isZero()) {
            silent();
        } else {
            timers.set(Timer.SILENCE, left, () -> expectBytesWithin(limit));
        }
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

    private void onLoop(int mine, Runnable task) {
        loop.execute(() -> {
            if (mine == attempt) {
                task.run();
            }
        });
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
