package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether the API server answers anybody of a discovery, and who asks it next while it answers nobody. Each waits for its
 * own time, but somebody asks within half a minute, and whoever is answered has the others ask soon after, eight a second
 * at most, all of them within half a minute of the server's return. So each may wait long, and a server that is away is
 * asked seldom (L-2), without being found later.
 *
 * <p>Only those wait here whom the server has not answered: nobody who is in contact, is refused, or has to list again.
 *
 * <p>Serial: touched only on the discovery's loop.
 */
final class Reachability {

    private static final Duration LONGEST_UNASKED = Duration.ofSeconds(30);
    private static final Duration APART = Duration.ofMillis(125);
    private static final Duration LONGEST_SPREAD = Duration.ofSeconds(14);

    private final SerialScheduler loop;
    private final RandomGenerator random;
    private final Set<Object> inContact = new HashSet<>();
    private final Set<Waiting> waiting = new LinkedHashSet<>();

    Reachability(SerialScheduler loop, RandomGenerator random) {
        this.loop = loop;
        this.random = random;
    }

    /** Whether anybody is in contact. */
    boolean isAnswering() {
        return !inContact.isEmpty();
    }

    /** The server has answered {@code who}, who is in contact until {@link #over}. */
    void answered(Object who) {
        boolean isFirst = inContact.isEmpty();
        inContact.add(who);
        if (isFirst) {
            wakeLate();
        }
    }

    /** What {@code who} had asked is over. */
    void over(Object who) {
        inContact.remove(who);
    }

    /**
     * Has somebody whom the server did not answer ask again.
     *
     * @param delay after this long
     * @param atLeast what has to pass in any case, also where another one is answered earlier
     */
    Cancellable askAgain(Duration delay, Duration atLeast, Runnable ask) {
        long now = loop.nanoTime();
        var next = new Waiting(now + atLeast.toNanos(), delay.compareTo(LONGEST_UNASKED) > 0, ask);
        waiting.add(next);
        next.dueAt(now + delay.toNanos(), now);
        letSomebodyAsk();
        return next;
    }

    /**
     * Once each, and only those whose own time may be too late: retries that come early are as spread as ever. Those who
     * have waited longest come first, each at random in its own part of the time.
     */
    private void wakeLate() {
        List<Waiting> late = waiting.stream().filter(each -> each.late).toList();
        long now = loop.nanoTime();
        double step = (double) spread(late.size()).toNanos() / Math.max(1, late.size());
        for (int i = 0; i < late.size(); i++) {
            late.get(i).wake(Math.round((i + random.nextDouble()) * step), now);
        }
    }

    /** They may wait for minutes: one of them asks sooner, early enough for the others to follow in time. */
    private void letSomebodyAsk() {
        long now = loop.nanoTime();
        long longest = LONGEST_UNASKED.minus(spread(waiting.size() - 1)).toNanos();
        long soonEnough = waiting.size() == 1 ? longest : longest / 4 * 3; // the average of one that is called
        if (waiting.stream().noneMatch(each -> each.dueNanos - now <= (each.called ? longest : soonEnough))) {
            long wait = Math.round(longest / 2.0 * (1 + random.nextDouble()));
            waiting.stream()
                    .min(Comparator.comparingLong(each -> each.notBeforeNanos - now))
                    .ifPresent(first -> first.call(now + Math.max(wait, first.notBeforeNanos - now), now));
        }
    }

    private static Duration spread(int followers) {
        Duration spread = APART.multipliedBy(followers);
        return spread.compareTo(LONGEST_SPREAD) < 0 ? spread : LONGEST_SPREAD;
    }

    private final class Waiting implements Cancellable {
        private final long notBeforeNanos;
        private final Runnable ask;
        private long dueNanos;
        private boolean late;
        private boolean called;
        private @Nullable Cancellable timer;

        private Waiting(long notBeforeNanos, boolean late, Runnable ask) {
            this.notBeforeNanos = notBeforeNanos;
            this.late = late;
            this.ask = ask;
        }

        /** Due so much after now, or after the time that has to pass in any case; never later than it is already. */
        private void wake(long nanos, long now) {
            late = false;
            dueBy(now + nanos + Math.max(0, notBeforeNanos - now), now);
        }

        /** Due then, for all of them; never later than it is already. */
        private void call(long due, long now) {
            called = true;
            dueBy(due, now);
        }

        private void dueBy(long due, long now) {
            if (due - dueNanos < 0) {
                dueAt(due, now);
            }
        }

        private void dueAt(long due, long now) {
            dueNanos = due;
            if (timer != null) {
                timer.cancel();
            }
            timer = loop.schedule(Duration.ofNanos(due - now), this::turn);
        }

        private void turn() {
            cancel();
            ask.run();
        }

        @Override
        public void cancel() {
            if (waiting.remove(this)) {
                if (timer != null) {
                    timer.cancel();
                    timer = null;
                }
                letSomebodyAsk();
            }
        }
    }
}
