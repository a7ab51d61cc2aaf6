package dev.onehop;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Signal;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two connects under way for one call, in pushed time. */
class HedgedConnectTest {

    private static final Duration SECONDS_3 = Duration.ofSeconds(3);
    private static final Duration SLOW = Duration.ofMillis(250);

    private final ManualTime time = new ManualTime();
    /** Who swallows the SYNs of Onehop's own connects. */
    private @Nullable InetSocketAddress hole;

    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Onehop onehop = onehop(builder -> builder.hedgedConnect(new Hedging(SLOW, Runnable::run)));
    private Balancer api = onehop.balancer("api.shop:80");

    private final List<Dial> dials = new ArrayList<>();
    private final AsyncConnector<Connection> connector = (attempt, timeout) -> {
        var dial = new Dial(attempt, timeout, new CompletableFuture<>());
        dials.add(dial);
        return dial.end;
    };

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void aDialThatTakesAQuarterOfASecondGetsAnotherBesideIt() throws Exception {
        pods(3);
        var call = api.connectAsync(SECONDS_3, connector);

        time.advance(SLOW.minusNanos(1));
        assertThat(dials).hasSize(1);
        time.advance(Duration.ofNanos(1));

        assertThat(dials).hasSize(2);
        assertThat(dials.get(1).pod()).isNotSameAs(dials.get(0).pod());
        Connection second = dials.get(1).connect();
        assertThat(call.get()).isSameAs(second);
        assertThat(api.tally().hedges()).isEqualTo(1);
        assertThat(api.tally().failovers()).isZero();
    }

    @Test
    void theFirstDialMayWinAfterAll() throws Exception {
        pods(3);
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);

        Connection first = dials.get(0).connect();
        Connection second = dials.get(1).connect();

        assertThat(call.get()).isSameAs(first);
        assertThat(first.closed).isFalse();
        assertThat(second.closed).isTrue();
        assertThat(dials.get(1).pod().abandoned()).isEqualTo(1);
        assertThat(dials.get(1).pod().isSuspect(time.nanoTime()))
                .as("it began later, so it was not slow")
                .isFalse();
    }

    @Test
    void aConnectionThatNobodyNeedsAnyMoreIsClosedAndSpeaksForItsPod() {
        pods(3);
        api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);
        dials.get(1).connect();
        assertThat(dials.get(0).pod().isSuspect(time.nanoTime()))
                .as("overtaken")
                .isTrue();

        Connection late = dials.get(0).connect();

        assertThat(late.closed).isTrue();
        assertThat(dials.get(0).pod().isSuspect(time.nanoTime())).isFalse();
        assertThat(dials.get(0).pod().abandoned()).isEqualTo(1);
        assertThat(dials.get(0).pod().failed()).isZero();
        assertThat(sum(Backend::inFlight)).as("the winner's is the caller's").isEqualTo(1);
    }

    @Test
    void aBlackHoleIsFoundOutAlthoughNobodyWaitsForIt() {
        pods(3);
        hole = api.eligible().backend(0).address();
        for (int call = 0; call < 1_000 && api.tally().failed(Signal.CONNECT_TIMEOUT) < 1; call++) {
            dials.clear();
            var connected = api.connectAsync(SECONDS_3, connector);
            if (dials.get(0).pod().address().equals(hole)) {
                time.advance(SLOW);
                dials.get(1).connect();
                assertThat(connected).isDone();
                time.advance(Duration.ofMillis(750));
                dials.get(0).fail(new SocketTimeoutException("Connect timed out"));
                time.advance(Duration.ofSeconds(1)); // we look, and get no answer either
            } else {
                dials.get(0).connect();
            }
        }
        time.run();

        assertThat(api.tally().ejections(Ejection.Kind.HARD)).isEqualTo(1);
        assertThat(api.tally().failovers()).isZero();
    }

    @Test
    void atMostThreePodsAreDialledAndNoneTwice() {
        pods(10);
        var call = api.connectAsync(SECONDS_3, connector);

        for (int i = 0; i < 20; i++) {
            time.advance(Duration.ofMillis(100));
        }

        assertThat(dials).hasSize(3);
        assertThat(dials.stream().map(Dial::pod)).doesNotHaveDuplicates();
        assertThat(call).isNotDone();
    }

    @Test
    void aDialThatFailsGoesOnElsewhereWhileAnotherIsUnderWay() throws Exception {
        pods(10);
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);

        dials.get(0).fail(new ConnectException("Connection refused"));

        assertThat(dials).hasSize(3);
        assertThat(dials.stream().map(Dial::pod)).doesNotHaveDuplicates();
        dials.get(2).fail(new ConnectException("Connection refused"));
        assertThat(call).as("the second may still connect").isNotDone();
        assertThat(dials).hasSize(3);
        assertThat(call.isDone()).isFalse();
        Connection second = dials.get(1).connect();
        assertThat(call.get()).isSameAs(second);
    }

    @Test
    void theLastFailureIsTheCallersAndNamesAll() {
        pods(2);
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);
        dials.get(1).fail(new ConnectException("Connection refused"));
        time.advance(Duration.ofMillis(750));
        dials.get(0).fail(new SocketTimeoutException("Connect timed out"));

        assertThatThrownBy(call::get)
                .hasCauseInstanceOf(SocketTimeoutException.class)
                .satisfies(e -> assertThat(e.getCause().getSuppressed())
                        .extracting(Throwable::getMessage)
                        .satisfiesExactly(
                                refused -> assertThat(refused).contains("after 0 ms", "refused"),
                                late -> assertThat(late).contains("after 1000 ms", "timed out")));
        assertThat(sum(Backend::inFlight)).isZero();
        assertThat(sum(Backend::failed)).isEqualTo(2);
    }

    @Test
    void aFailureThatIsNoPodsDoesNotEndACallWhoseOtherDialIsUnderWay() throws Exception {
        pods(3);
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);

        dials.get(1).fail(new IOException("what?"));

        assertThat(call).isNotDone();
        assertThat(dials).hasSize(2);
        Connection first = dials.get(0).connect();
        assertThat(call.get()).isSameAs(first);
    }

    @Test
    void cancellingAbandonsAllAndClosesWhatComes() {
        pods(3);
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);

        call.cancel(true);

        assertThat(sum(Backend::inFlight)).isZero();
        assertThat(sum(Backend::abandoned)).isEqualTo(2);
        Connection late = dials.get(0).connect();
        dials.get(1).fail(new SocketTimeoutException("Connect timed out"));
        assertThat(late.closed).isTrue();
        assertThat(sum(Backend::failed)).isZero();
        time.advance(SECONDS_3);
        assertThat(dials).hasSize(2);
    }

    @Test
    void dialsThatEndBecauseTheCallerHasGivenUpSayNothing() {
        pods(3);
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);
        call.whenComplete((nobody, cancelled) -> dials.forEach(dial -> dial.fail(new ConnectException("closed"))));

        call.cancel(false);

        assertThat(sum(Backend::abandoned)).isEqualTo(2);
        assertThat(sum(Backend::failed)).isZero();
    }

    @Test
    void noDialOutlivesTheDeadlineAndNoneBeginsWhenItIsTooLate() {
        pods(10);
        api.connectAsync(Duration.ofMillis(600), connector);
        time.advance(SLOW);
        time.advance(SLOW);

        assertThat(dials).hasSize(3);
        assertThat(dials.get(0).timeout).isLessThanOrEqualTo(Duration.ofMillis(600));
        assertThat(dials.get(1).timeout).isLessThanOrEqualTo(Duration.ofMillis(350));
        assertThat(dials.get(2).timeout).isLessThanOrEqualTo(Duration.ofMillis(100));

        dials.clear();
        api.connectAsync(SLOW.plusMillis(19), connector);
        time.advance(SLOW);
        assertThat(dials).as("19 ms are left").hasSize(1);
    }

    @Test
    void aSpentBudgetLeavesASlowDialAlone() {
        pods(10);
        for (int call = 0; call < 200; call++) {
            api.connectAsync(SECONDS_3, connector);
        }
        time.advance(SLOW);
        int budget = dials.size() - 200;

        // the stock of 100, and a fifth of one by each call but the first, which finds the stock full
        assertThat(budget).isBetween(100, 100 + 200 / 5);
        assertThat(api.tally().hedges()).isEqualTo(budget);
    }

    @Test
    void anEjectedPodIsNoOnesSecondChoice() throws Exception {
        pods(2);
        eject(api.eligible().backend(0));
        api.connectAsync(SECONDS_3, connector);

        time.advance(SLOW);

        assertThat(dials).hasSize(1);
        assertThat(api.tally().hedges()).isZero();
    }

    @Test
    void aDialerThatIsNotSaidToOnlyConnectIsNeverCalledTwice() {
        pods(3);
        AsyncDialer<Connection> mayHaveSent = connector::dial;
        api.connectAsync(SECONDS_3, mayHaveSent);

        time.advance(SECONDS_3);

        assertThat(dials).hasSize(1);
    }

    @Test
    void withoutTheSwitchNothingOverlaps() {
        Onehop unhedged = onehop(builder -> builder);
        api = unhedged.balancer("api.shop:80");
        pods(3);
        api.connectAsync(SECONDS_3, connector);

        time.advance(SECONDS_3);

        assertThat(dials).hasSize(1);
        unhedged.close();
    }

    @Test
    void aCallThatIsOverLeavesNoTimer() throws Exception {
        pods(3);
        int before = time.pendingTimers();
        var call = api.connectAsync(SECONDS_3, connector);
        time.advance(SLOW);
        dials.get(1).connect();

        assertThat(call).isDone();
        assertThat(time.pendingTimers()).isEqualTo(before);
    }

    @Test
    void ofTwoThatConnectAtOneInstantExactlyOneWins() throws Exception {
        pods(3);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int turn = 0; turn < 2_000; turn++) {
                dials.clear();
                CompletableFuture<Connection> call = api.connectAsync(SECONDS_3, connector);
                time.advance(SLOW);
                var together = new CyclicBarrier(3);
                boolean cancels = turn % 2 == 1;
                Future<Connection> first = threads.submit(() -> {
                    together.await();
                    return dials.get(0).connect();
                });
                Future<Connection> second = threads.submit(() -> {
                    together.await();
                    return dials.get(1).connect();
                });
                Future<Boolean> cancelled = threads.submit(() -> {
                    together.await();
                    return cancels && call.cancel(true);
                });

                List<Connection> made = List.of(first.get(10, SECONDS), second.get(10, SECONDS));
                boolean none = cancelled.get(10, SECONDS);

                assertThat(made.stream().filter(each -> !each.closed)).hasSize(none ? 0 : 1);
                if (!none) {
                    Connection winner = call.get(10, SECONDS);
                    assertThat(winner.closed).isFalse();
                    dials.get(made.indexOf(winner)).attempt.succeeded();
                }
                assertThat(sum(Backend::inFlight)).as("turn %d", turn).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(api.tally().hedges()).isEqualTo(2_000);
    }

    @Test
    void theTimeOfADialIsChecked() {
        assertThatThrownBy(() -> onehop(builder -> builder.hedgedConnect(Duration.ZERO)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hedgedConnect: PT0S");
    }

    private void eject(Backend dead) throws NoBackendException {
        Callers.refusedTwice(api, dead.podName().orElseThrow(), time);
        assertThat(api.eligible().ejected()).containsExactly(dead);
    }

    private Onehop onehop(UnaryOperator<OnehopBuilder> more) {
        return more.apply(Onehop.builder()
                        .discovery(discovery)
                        .meshDetection(false)
                        .loop(time)
                        .prober((address, timeout) -> address.equals(hole)
                                ? CompletableFuture.failedStage(new SocketTimeoutException("Connect timed out"))
                                : CompletableFuture.completedStage(null)))
                .build();
    }

    private void pods(int count) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        api.eligible();
        time.run();
    }

    private long sum(ToLongFunction<Backend> counter) {
        return api.eligible().backends().stream().mapToLong(counter).sum();
    }

    private record Dial(Attempt attempt, Duration timeout, CompletableFuture<Connection> end) {

        Backend pod() {
            return attempt.backend().orElseThrow();
        }

        Connection connect() {
            var connection = new Connection();
            end.complete(connection);
            return connection;
        }

        void fail(IOException failure) {
            end.completeExceptionally(failure);
        }
    }

    private static final class Connection implements AutoCloseable {
        private volatile boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }
}
