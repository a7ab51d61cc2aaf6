package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.faults.Stalls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * GETs of a client whose connect timeout is 300 ms, and how long they took (F-14).
 *
 * @param stalls of the machine meanwhile
 */
public record TimedCalls(List<Call> calls, Stalls stalls) {

    /** The connect timeout. */
    public static final Duration DEADLINE = Duration.ofMillis(300);

    /** What {@link #several} makes at a time. */
    public static final int AT_ONCE = 8;

    /** What {@link #several} makes in all. */
    public static final int COUNT = 24;

    private static final Duration EARLY = DEADLINE.minusMillis(20);

    /** With a longer stall, this machine is not fit for deadlines of 300 ms. */
    private static final Duration FAIR = Duration.ofMillis(50);

    /**
     * By {@link System#nanoTime}.
     *
     * @param served whether it was answered
     */
    private record Call(long beganNanos, long endedNanos, boolean served) {

        Duration took() {
            return Duration.ofNanos(endedNanos - beganNanos);
        }
    }

    /**
     * What a client promises.
     *
     * @param late how much later than its deadline a call may end
     * @param early how many may fail more than 20 ms before it
     */
    public record Bounds(Duration late, int early) {}

    /** Eight at a time. */
    public static TimedCalls several(ClientUnderTest client) throws Exception {
        return of(client, COUNT, AT_ONCE);
    }

    /** One after the other. */
    public static TimedCalls alone(ClientUnderTest client) throws Exception {
        return of(client, 3, 1);
    }

    private static TimedCalls of(ClientUnderTest client, int count, int atOnce) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(atOnce);
        try (Stalls stalls = Stalls.watched()) {
            List<Future<Call>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                running.add(callers.submit(() -> call(client)));
            }
            List<Call> calls = new ArrayList<>();
            for (Future<Call> each : running) {
                calls.add(each.get(30, TimeUnit.SECONDS));
            }
            return new TimedCalls(List.copyOf(calls), stalls);
        } finally {
            callers.shutdownNow();
        }
    }

    private static Call call(ClientUnderTest client) {
        long began = System.nanoTime();
        boolean served;
        try {
            served = client.get(ContractFixture.URL + "/").status() == 200;
        } catch (IOException timeIsOver) {
            served = false;
        }
        return new Call(began, System.nanoTime(), served);
    }

    /** Prints them; what the machine stalled under a call, which has several steps, is added to what it may take. */
    public void assertWithin(Bounds bounds, String what) {
        System.out.printf("F-14 %s: %s%n", what, this);
        Duration latest = DEADLINE.plus(bounds.late());
        assertThat(early()).as("failed early: %s", this).isLessThanOrEqualTo(bounds.early()); // which no stall excuses
        skipIfUnfitAndNot(slowest().compareTo(latest) <= 0);
        assertThat(calls)
                .as("%s", this)
                .allSatisfy(each -> assertThat(each.took())
                        .isLessThanOrEqualTo(
                                latest.plus(stalls.worst()).plus(stalls.within(each.beganNanos(), each.endedNanos()))));
    }

    /** As many were answered. */
    public void assertServed(int least) {
        skipIfUnfitAndNot(served() >= least);
        assertThat(served()).as("%s", this).isGreaterThanOrEqualTo(least);
    }

    /** What is not kept on a machine that stalls too long says nothing. */
    private void skipIfUnfitAndNot(boolean kept) {
        if (!kept) {
            stalls.assumeFit(FAIR);
        }
    }

    private long served() {
        return calls.stream().filter(Call::served).count();
    }

    private long early() {
        return calls.stream()
                .filter(each -> !each.served() && each.took().compareTo(EARLY) < 0)
                .count();
    }

    private List<Duration> sorted() {
        return calls.stream().map(Call::took).sorted().toList();
    }

    private Duration slowest() {
        return sorted().get(calls.size() - 1);
    }

    @Override
    public String toString() {
        List<Duration> sorted = sorted();
        return String.format(
                Locale.ROOT,
                "%d of %d served, %d failed early, min %d, p50 %d, max %d ms; this machine stalled %d ms",
                served(),
                calls.size(),
                early(),
                sorted.get(0).toMillis(),
                sorted.get(calls.size() / 2).toMillis(),
                slowest().toMillis(),
                stalls.worst().toMillis());
    }
}
