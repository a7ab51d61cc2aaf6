package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.MonotonicClock;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What failover owes its callers, whether they block or not. */
abstract class FailoverContract {

    private static final Duration SECONDS_3 = Duration.ofSeconds(3);

    final ManualTime time = new ManualTime();
    final StaticDiscovery discovery = StaticDiscovery.create();
    final Onehop onehop = with(Onehop.builder()
                    .discovery(discovery)
                    .meshDetection(false)
                    .loop(time))
            .build();
    final List<String> dialled = new ArrayList<>();
    final List<Duration> timeouts = new ArrayList<>();

    /** Connects by one of the two ways; a failure is thrown as it is. */
    abstract String connect(Balancer api, Duration timeout, Dialer<String> dialer) throws IOException;

    /** What else is asked for. */
    OnehopBuilder with(OnehopBuilder builder) {
        return builder;
    }

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void aRefusedConnectGoesToAnotherPod() throws Exception {
        Balancer api = pods(2);

        String reached = connect(api, SECONDS_3, dialer(1, () -> new ConnectException("Connection refused")));

        assertThat(dialled).hasSize(2).doesNotHaveDuplicates();
        assertThat(reached).isEqualTo(dialled.get(1));
    }

    @Test
    void whileAllRefuseAtOnceSixDistinctPodsAreTried() {
        Balancer api = pods(10);

        assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(99, () -> new ConnectException("Connection refused"))))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(6));
        assertThat(dialled).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void oneFailureThatTookItsTimeMakesItThree() {
        Balancer api = pods(10);

        assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(99, () -> {
                    time.advance(Duration.ofMillis(dialled.size() == 2 ? 250 : 0));
                    return new ConnectException("Connection refused");
                })))
                .isInstanceOf(ConnectException.class);
        assertThat(dialled).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void refusalsOfFortyMillisecondsEachAreQuickEnough() {
        Balancer api = pods(10);

        assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(99, () -> {
                    time.advance(Duration.ofMillis(40));
                    return new ConnectException("Connection refused");
                })))
                .isInstanceOf(ConnectException.class);
        assertThat(dialled).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void atMostThreeDistinctPodsAreTriedWhereAConnectTimesOut() {
        Balancer api = pods(10);

        assertThatThrownBy(() ->
                        connect(api, SECONDS_3, dialer(99, () -> new SocketTimeoutException("Connect timed out"))))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(dialled).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void failoversStopWhereTheServicesBudgetIsSpent() {
        Balancer api = pods(10);

        for (int call = 0; call < 100; call++) {
            assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(9_999, () -> new ConnectException("refused"))));
        }

        // 100 calls, and the stock of 100 failovers; 99 calls pay for a fifth of one, the first finds the stock full.
        assertThat(dialled).hasSize(100 + 100 + 99 / 5);
    }

    @Test
    void f14_withTheBudgetSpentACallsOneDialGetsAllItsTime() throws Exception {
        Balancer api = pods(10);
        for (int call = 0; call < 200; call++) {
            assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(9_999, () -> new ConnectException("refused"))));
        }
        timeouts.clear();

        assertThatThrownBy(() ->
                connect(api, Duration.ofMillis(300), dialer(9_999, () -> new SocketTimeoutException("timed out"))));

        assertThat(timeouts).containsExactly(Duration.ofMillis(300));
    }

    @Test
    void theErrorNamesEveryPodThatWasDialled() {
        Balancer api = pods(3);

        assertThatThrownBy(() ->
                        connect(api, SECONDS_3, dialer(99, () -> new SocketTimeoutException("Connect timed out"))))
                .isInstanceOf(SocketTimeoutException.class)
                .satisfies(e -> {
                    for (int i = 0; i < 3; i++) {
                        assertThat(e.getSuppressed()[i].getMessage())
                                .contains(dialled.get(i))
                                .contains("timed out");
                    }
                });
    }

    @Test
    void aFailureAfterTheConnectIsNotTriedElsewhere() {
        Balancer api = pods(3);

        assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(99, () -> new SocketException("Connection reset"))))
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
        assertThat(dialled).hasSize(1);
    }

    @Test
    void onePodIsTriedOnceAndNamed() {
        Balancer api = pods(1);

        assertThatThrownBy(() -> connect(api, SECONDS_3, dialer(99, () -> new ConnectException("Connection refused"))))
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(line -> assertThat(line.getMessage()).contains(dialled.get(0))));
        assertThat(dialled).hasSize(1);
    }

    @Test
    void noDialMayOutliveTheDeadline() {
        Balancer api = pods(5);

        assertThatThrownBy(() -> connect(api, Duration.ofMillis(300), (attempt, timeout) -> {
                    timeouts.add(timeout);
                    time.advance(timeout);
                    throw new SocketTimeoutException("Connect timed out");
                }))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(timeouts.stream().reduce(Duration.ZERO, Duration::plus)).isLessThanOrEqualTo(Duration.ofMillis(300));
        assertThat(timeouts)
                .hasSize(3)
                .allSatisfy(t -> assertThat(t).isBetween(Duration.ofMillis(99), Duration.ofMillis(101)));
    }

    @Test
    void nothingIsDialledWithLessThanTwentyMillisecondsLeft() {
        Balancer api = pods(5);

        assertThatThrownBy(() -> connect(api, Duration.ofSeconds(1), (attempt, timeout) -> {
                    timeouts.add(timeout);
                    time.advance(Duration.ofMillis(985));
                    throw new ConnectException("Connection refused");
                }))
                .isInstanceOf(ConnectException.class);
        assertThat(timeouts).hasSize(1);
    }

    @Test
    void whileOthersRemainADialGetsASecondAtMostAndTheLastGetsTheRest() {
        Balancer api = pods(3);

        assertThatThrownBy(() -> connect(api, Duration.ofSeconds(10), (attempt, timeout) -> {
                    timeouts.add(timeout);
                    time.advance(timeout);
                    throw new SocketTimeoutException("Connect timed out");
                }))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(timeouts).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(8));
    }

    @Test
    void ofTwoPodsTheSecondGetsAllThatIsLeft() {
        Balancer api = pods(2);

        assertThatThrownBy(() -> connect(api, Duration.ofSeconds(10), (attempt, timeout) -> {
                    timeouts.add(timeout);
                    time.advance(timeout);
                    throw new SocketTimeoutException("Connect timed out");
                }))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(timeouts).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(9));
    }

    @Test
    void noDialBeginsAfterTheDeadlineAndNoBackendIsBlamedForThat() throws Exception {
        Balancer api = pods(1);
        Attempt waiting = api.attempt();
        var outage = new Outage(
                api.port(),
                new RoutedBackends(
                        "api", new MonotonicClock(time::nanoTime), new Quarantine(api.port(), told -> {}), false),
                new SplittableRandom(1),
                told -> {},
                0);
        var failover = new Failover(time, Duration.ofMillis(100), outage);
        time.advance(Duration.ofMillis(100));

        assertThatThrownBy(() -> failover.nextDial(waiting, 1)).isInstanceOf(SocketTimeoutException.class);
        assertThat(api.eligible().backend(0).abandoned()).isEqualTo(1);
        assertThat(api.eligible().backend(0).failed()).isZero();
    }

    @Test
    void aDialIsNeverGivenLessThanAMillisecond() throws Exception {
        Balancer api = pods(3);

        connect(api, Duration.ofMillis(2), dialer(0, () -> new IOException("unused")));

        assertThat(timeouts).allSatisfy(timeout -> assertThat(timeout).isGreaterThanOrEqualTo(Duration.ofMillis(1)));
    }

    @Test
    void aCallWithoutEndIsNoError() throws Exception {
        Balancer api = pods(1);

        assertThat(connect(api, Duration.ofSeconds(Long.MAX_VALUE), dialer(0, () -> new IOException("unused"))))
                .isEqualTo("10.244.0.1");
    }

    @Test
    void aDialerThatReturnsNothingIsAnErrorAndLeavesNoAttemptOpen() {
        Balancer api = pods(1);

        assertThatThrownBy(() -> connect(api, SECONDS_3, (attempt, timeout) -> null))
                .isInstanceOf(NullPointerException.class);
        assertThat(api.eligible().backend(0).inFlight()).isZero();
    }

    @Test
    void everyFailedDialEndsItsAttempt() throws Exception {
        Balancer api = pods(3);

        connect(api, SECONDS_3, dialer(2, () -> new ConnectException("Connection refused")));

        long failed = api.eligible().backends().stream()
                .mapToLong(backend -> backend.failed())
                .sum();
        long open = api.eligible().backends().stream()
                .mapToLong(backend -> backend.inFlight())
                .sum();
        assertThat(failed).isEqualTo(2);
        assertThat(open).isEqualTo(1); // the connection made is the caller's to end
    }

    @Test
    void aTimeoutOfZeroIsAnError() {
        Balancer api = pods(1);

        assertThatThrownBy(() -> connect(api, Duration.ZERO, dialer(0, () -> new IOException("unused"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }

    private Balancer pods(int count) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        return api;
    }

    private Dialer<String> dialer(int failing, Supplier<IOException> failure) {
        return (attempt, timeout) -> {
            String address = attempt.address().getAddress().getHostAddress();
            dialled.add(address);
            timeouts.add(timeout);
            if (dialled.size() <= failing) {
                throw failure.get();
            }
            return address;
        };
    }
}
