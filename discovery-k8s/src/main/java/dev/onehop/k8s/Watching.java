package dev.onehop.k8s;

import dev.onehop.k8s.ListWatch.Call;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One watch at a time, from its request to its end: whether it stands, what it tells, and whether it has fallen silent.
 * What an earlier watch still has to say is dropped.
 *
 * <p>Serial: touched only on its reflector's loop; answers hop there.
 */
final class Watching<T> {

    private static final Duration SILENCE = Duration.ofSeconds(90);
    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final int SHORTEST_SECONDS = 240;
    private static final int SECONDS_SPREAD = 61;

    /** Hears how the watch goes, on the loop; nothing after {@link #cancel}. */
    interface Reader<T> {
        /** The server has accepted it. */
        void opened();

        /** It stands: an idle server, of which nothing else may be heard for minutes, counts as heard of. */
        void stands();

        /** Bytes have come, and these changes in them, perhaps none. */
        void told(List<Change<T>> changes);

        /** The server closed it in good order. */
        void closed(Duration lived, boolean anyChange);

        void failed(Trouble trouble);

        /** Not a byte has come for too long. */
        void silent();
    }

    private final ListWatch<T> source;
    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Reader<T> reader;
    private final Silence silence;
    private @Nullable Call call;
    private @Nullable Cancellable standing;
    private int number;
    private long startedNanos;
    private boolean anyChange;

    /** The server sends bookmarks, so that even an idle watch has something to say every minute. */
    private boolean bookmarks;

    Watching(ListWatch<T> source, SerialScheduler loop, RandomGenerator random, Reader<T> reader) {
        this.source = source;
        this.loop = loop;
        this.random = random;
        this.reader = reader;
        silence = new Silence(loop, reader::silent);
    }

    /** Begins a watch, which {@code stands} once it was accepted and has lasted for so long, or has told a change. */
    void open(String resourceVersion, Duration standsAfter) {
        cancel();
        int mine = number;
        startedNanos = loop.nanoTime();
        anyChange = false;
        int seconds = SHORTEST_SECONDS + random.nextInt(SECONDS_SPREAD);
        call = source.watch(resourceVersion, seconds, new ListWatch.WatchSink<>() {
            @Override
            public void opened() {
                onLoop(mine, () -> accepted(standsAfter));
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
                onLoop(mine, () -> over(trouble));
            }
        });
        silence.begin(bookmarks ? SILENCE : Duration.ofSeconds(seconds).plus(GRACE));
    }

    /** Ends the watch that is open, if any; nothing more is heard of it. */
    void cancel() {
        number++;
        silence.end();
        if (standing != null) {
            standing.cancel();
            standing = null;
        }
        if (call != null) {
            call.cancel();
            call = null;
        }
    }

    private void accepted(Duration standsAfter) {
        reader.opened();
        silence.broken();
        if (standsAfter.isZero()) {
            reader.stands();
        } else {
            standing = loop.schedule(standsAfter, () -> {
                silence.broken();
                reader.stands();
            });
        }
    }

    private void heard(List<Change<T>> changes) {
        silence.broken();
        anyChange |= !changes.isEmpty();
        if (!bookmarks && changes.stream().anyMatch(Change.Bookmark.class::isInstance)) {
            bookmarks = true;
            silence.within(SILENCE);
        }
        reader.told(changes);
    }

    private void over(@Nullable Trouble trouble) {
        if (trouble == null) {
            reader.closed(Duration.ofNanos(loop.nanoTime() - startedNanos), anyChange);
        } else {
            reader.failed(trouble);
        }
    }

    private void onLoop(int mine, Runnable task) {
        loop.execute(() -> {
            if (mine == number) {
                task.run();
            }
        });
    }
}
