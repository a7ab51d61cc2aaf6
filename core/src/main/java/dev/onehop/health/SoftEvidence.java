package dev.onehop.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bad answers of one backend, counted by two circuit breakers: five in a row, or half of at least twenty within ten
 * seconds. They only nominate; whether the backend is ejected is the fleet guard's to say (reliability 2.4, 2.5).
 *
 * <p>The breakers begin with the first bad answer, and go when ten seconds have passed without one, so that a backend in
 * good health costs one volatile read a call. They count only, and never open: {@code METRICS_ONLY}.
 *
 * <p>Shared: safe from any thread.
 */
public final class SoftEvidence {

    /** Bad answers in a row that nominate a backend. */
    public static final int IN_A_ROW = 5;

    /** Calls in the window from which its failure rate says something. */
    public static final int LEAST_CALLS = 20;

    private static final int WINDOW_SECONDS = 10;
    private static final int RATE_PERCENT = 50;
    private static final long NOMINATION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);

    /** What the breakers are told. Not the failure itself, which they would keep alive. */
    private static final Boolean GOOD = true;

    private static final Boolean BAD = false;

    private final MonotonicClock clock;
    private volatile @Nullable Breakers armed;

    /** @param clock never goes back, whatever happens to the wall's */
    SoftEvidence(MonotonicClock clock) {
        this.clock = clock;
    }

    /**
     * Adds a bad answer.
     *
     * @param signal of evidence {@code SOFT} or {@code RATE}
     * @return what nominates the backend, in words; null when there is not enough, or it was nominated within the last
     *     tenth of a second
     */
    public @Nullable String add(Signal signal) {
        Breakers now = armed;
        if (now == null) {
            synchronized (this) {
                now = armed == null ? new Breakers(clock) : armed;
                armed = now;
            }
        }
        return now.add(signal, clock.nanoTime());
    }

    /** Counts a good answer. */
    public void succeeded() {
        Breakers now = armed;
        if (now != null) {
            now.succeeded();
            if (clock.nanoTime() - now.lastBadNanos > WINDOW_NANOS) {
                armed = null;
            }
        }
    }

    /** Begins anew: the backend has been ejected, or comes back. */
    public void clear() {
        armed = null;
    }

    /** The failure rate within the window, 0 to 1; -1 when there were too few calls to tell. */
    public double failureRate() {
        Breakers now = armed;
        if (now == null) {
            return 0;
        }
        var metrics = now.rate.getMetrics();
        int calls = metrics.getNumberOfBufferedCalls();
        return calls < IN_A_ROW ? -1 : (double) metrics.getNumberOfFailedCalls() / calls;
    }

    private static final class Breakers {
        private final CircuitBreaker row;
        private final CircuitBreaker rate;
        private volatile long lastBadNanos;
        private @Nullable Long nominatedNanos;

        Breakers(MonotonicClock clock) {
            row = breaker(SlidingWindowType.COUNT_BASED, IN_A_ROW, IN_A_ROW, clock);
            rate = breaker(SlidingWindowType.TIME_BASED, WINDOW_SECONDS, LEAST_CALLS, clock);
        }

        synchronized @Nullable String add(Signal signal, long nowNanos) {
            lastBadNanos = nowNanos;
            rate.onResult(0, TimeUnit.NANOSECONDS, BAD);
            if (signal.evidence() == Evidence.SOFT) {
                row.onResult(0, TimeUnit.NANOSECONDS, BAD);
            }
            String words = words(signal);
            if (words == null || (nominatedNanos != null && nowNanos - nominatedNanos < NOMINATION_NANOS)) {
                return null;
            }
            nominatedNanos = nowNanos;
            return words;
        }

        private @Nullable String words(Signal last) {
            if (row.getMetrics().getFailureRate() >= 100) {
                return IN_A_ROW + " bad answers in a row, the last " + last;
            }
            float percent = rate.getMetrics().getFailureRate();
            return percent >= RATE_PERCENT
                    ? Math.round(percent) + " % of " + rate.getMetrics().getNumberOfBufferedCalls() + " answers within "
                            + WINDOW_SECONDS + " s bad, the last " + last
                    : null;
        }

        void succeeded() {
            row.onResult(0, TimeUnit.NANOSECONDS, GOOD);
            rate.onResult(0, TimeUnit.NANOSECONDS, GOOD);
        }

        private static CircuitBreaker breaker(SlidingWindowType type, int size, int least, MonotonicClock clock) {
            var config = CircuitBreakerConfig.custom()
                    .slidingWindow(size, least, type, SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                    .recordResult(BAD::equals)
                    .writableStackTraceEnabled(false)
                    .clock(clock)
                    .build();
            CircuitBreaker breaker = CircuitBreaker.of("soft", config);
            breaker.transitionToMetricsOnlyState();
            return breaker;
        }
    }
}
