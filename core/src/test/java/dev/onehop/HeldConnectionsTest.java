package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections that clients keep open end when their backend does, and only then, or a few at a time (reliability 3.4). */
class HeldConnectionsTest {

    private static final Duration TURN = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Onehop onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(5))
            .policy(PickPolicy.roundRobin())
            .maxStaleness(Duration.ofMinutes(2))
            .build();
    private Balancer api = onehop.balancer("api.shop:80");
    private final List<String> leaving = new ArrayList<>();

    /** One connection as a client sees it. */
    private final class Connection {
        private final AtomicInteger closed = new AtomicInteger();
        private final HeldConnection held;
        private final String pod;

        Connection() throws IOException {
            Attempt attempt = api.attempt();
            attempt.connected();
            pod = attempt.backend().flatMap(Backend::podName).orElse("ClusterIP");
            held = attempt.hold(closed::incrementAndGet);
        }

        Connection used() {
            held.begin().orElseThrow().succeeded();
            return this;
        }

        boolean isClosed() {
            return closed.get() > 0;
        }
    }

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void anIdleConnectionIsClosedWhenItsPodTerminates() throws Exception {
        publish(3);
        List<Connection> all = open(6);

        terminating("pod-1");

        assertThat(all).allSatisfy(each -> assertThat(each.isClosed()).isEqualTo(each.pod.equals("pod-1")));
        assertThat(api.tally().retirements(Retirement.LEFT)).isEqualTo(2);
        assertThat(api.connections()).isEqualTo(4);
    }

    @Test
    void aBusyOneIsClosedWhenItsExchangeEndsAndTakesNoOther() throws Exception {
        publish(3);
        List<Connection> all = open(3);
        Connection busy = on(all, "pod-1");
        Attempt first = busy.held.begin().orElseThrow();
        Attempt second = busy.held.begin().orElseThrow();

        terminating("pod-1");
        assertThat(busy.held.isRetired()).isTrue();
        assertThat(busy.held.begin()).isEmpty();
        first.succeeded();
        assertThat(busy.isClosed()).isFalse();
        second.close();

        assertThat(busy.closed).hasValue(1);
        assertThat(api.connections()).isEqualTo(2);
    }

    @Test
    void theClientIsToldAtOnceThatABusyConnectionIsRetiredAndOfAnIdleOneOnlyToClose() throws Exception {
        publish(2);
        List<String> told = new ArrayList<>();
        Attempt busy = api.attempt();
        busy.hold(telling("busy", told)).begin();
        api.attempt().close(); // the other pod's turn
        Attempt idle = api.attempt();
        idle.hold(telling("idle", told)).begin().orElseThrow().succeeded();
        String pod = busy.backend().orElseThrow().podName().orElseThrow();
        assertThat(idle.backend().orElseThrow().podName()).contains(pod);

        terminating(pod);
        assertThat(told).containsExactlyInAnyOrder("busy retired", "idle closed");
        busy.succeeded();

        assertThat(told).containsExactlyInAnyOrder("busy retired", "idle closed", "busy closed");
    }

    private static HeldConnection.Closing telling(String name, List<String> told) {
        return new HeldConnection.Closing() {
            @Override
            public void close() {
                told.add(name + " closed");
            }

            @Override
            public void retired() {
                told.add(name + " retired");
            }
        };
    }

    @Test
    void aConnectionWhosePodLeftDuringTheConnectServesTheCallItWasMadeForAndNoOther() throws Exception {
        publish(3);
        Attempt attempt = api.attempt();
        String pod = attempt.backend().orElseThrow().podName().orElseThrow();
        terminating(pod);
        var closed = new AtomicInteger();

        HeldConnection held = attempt.hold(closed::incrementAndGet);
        time.run();
        assertThat(held.isRetired()).as("at once").isTrue();
        assertThat(closed).hasValue(0);
        Attempt exchange = held.begin().orElseThrow();
        assertThat(exchange).isSameAs(attempt);
        assertThat(held.begin()).isEmpty();
        exchange.succeeded();

        assertThat(closed).hasValue(1);
    }

    @Test
    void aConnectionThatWasNotNeededForItsCallIsIdleOnceTheAttemptHasEnded() throws Exception {
        publish(3);
        Attempt attempt = api.attempt();
        var closed = new AtomicInteger();
        HeldConnection held = attempt.hold(closed::incrementAndGet);
        attempt.succeeded();
        Attempt other = held.begin().orElseThrow();
        assertThat(other).isNotSameAs(attempt);
        other.succeeded();

        terminating(attempt.backend().orElseThrow().podName().orElseThrow());

        assertThat(closed).hasValue(1);
    }

    @Test
    void everyExchangeIsAnAttemptOnThePodOfItsConnection() throws Exception {
        publish(3);
        Connection connection = new Connection();
        var backend = connection.held.begin().orElseThrow().backend().orElseThrow();
        connection.held.begin().orElseThrow().answered(503, null);
        connection.held.begin().orElseThrow().succeeded();

        assertThat(backend.started()).isEqualTo(3);
        assertThat(backend.failed()).isEqualTo(1);
        assertThat(backend.succeeded()).isEqualTo(1);
        assertThat(backend.inFlight()).isEqualTo(1);
    }

    @Test
    void anEjectedPodsConnectionsEndForAPoolWouldGoOnChoosingThem() throws Exception {
        publish(3);
        List<Connection> all = open(3);
        Connection sick = on(all, "pod-2");
        Callers.refusedTwice(api, "pod-2", time);
        time.run();

        assertThat(api.eligible().ejected()).hasSize(1);
        assertThat(sick.isClosed()).isTrue();
        assertThat(api.tally().retirements(Retirement.EJECTED)).isEqualTo(1);
        assertThat(api.connections()).isEqualTo(2);
    }

    @Test
    void nothingIsClosedWhileTheViewIsTooOldAndNothingElseIsToBeHad() throws Exception {
        Onehop strict = PushedOnehop.builder(discovery, time, new SplittableRandom(5))
                .maxStaleness(Duration.ofMinutes(2))
                .clusterIpFallback(false)
                .build();
        api = strict.balancer("api.shop:80");
        publish(3);
        List<Connection> all = open(3);
        var known = (ServiceView.Known) api.eligible().view();
        discovery.set(
                SampleService.KEY,
                new ServiceView.Stale(known.declaration(), known.slices(), time.nanoTime(), "the API server is away"));
        time.run();
        time.advance(Duration.ofMinutes(7));

        assertThat(api.eligible().size()).isZero();
        assertThat(all).noneMatch(Connection::isClosed);
        strict.close();
    }

    @Test
    void connectionsToPodsThatAreNotListedAnyMoreEnd() throws Exception {
        publish(3);
        List<Connection> all = open(3);

        publish(0);

        assertThat(all).allMatch(Connection::isClosed);
        assertThat(api.tally().retirements(Retirement.LEFT)).isEqualTo(3);
    }

    @Test
    void whereNobodyIsReadyConnectionsGoOnAsTheyDoThroughTheClusterIp() throws Exception {
        publish(3);
        List<Connection> all = open(6);
        with(false, "pod-0", "pod-1", "pod-2");
        assertThat(api.eligible().size()).isZero();

        time.advance(Duration.ofMinutes(7));

        assertThat(all).noneMatch(Connection::isClosed);
        all.forEach(Connection::used);
    }

    @Test
    void connectionsToAPodThatIsNotReadyMoveATenthASecond() throws Exception {
        publish(3);
        List<Connection> all = open(60);
        with(false, "pod-1");
        assertThat(all).noneMatch(Connection::isClosed);

        time.advance(TURN);
        assertThat(all.stream().filter(Connection::isClosed)).hasSize(6).allMatch(each -> each.pod.equals("pod-1"));
        time.advance(TURN.multipliedBy(6));

        assertThat(all).allSatisfy(each -> assertThat(each.isClosed()).isEqualTo(each.pod.equals("pod-1")));
        assertThat(api.tally().retirements(Retirement.SURPLUS)).isEqualTo(20);
    }

    @Test
    void inAnOutageConnectionsThatStandAreKeptForTheyAreNotToBeHadAgain() throws Exception {
        publish(10);
        List<Connection> all = open(30);
        for (int i = 0; i < 10; i++) {
            Callers.attemptOn(api, "pod-" + i).failed(new ConnectException("Connection refused"));
        }
        time.run();
        assertThat(api.tally().isInOutage()).isTrue();
        assertThat(api.eligible().ejected()).isNotEmpty();

        time.advance(Duration.ofMillis(900));

        assertThat(all).noneMatch(Connection::isClosed);
        all.forEach(Connection::used);
    }

    @Test
    void oldOnesEndBetweenFourAndSixMinutesAndNotAllAtOnce() throws Exception {
        publish(3);
        List<Connection> all = open(60);
        time.advance(Duration.ofMinutes(4).minus(TURN));
        assertThat(all).noneMatch(Connection::isClosed);

        time.advance(Duration.ofMinutes(1));
        assertThat(all.stream().filter(Connection::isClosed).count()).isBetween(10L, 50L);
        time.advance(Duration.ofMinutes(1).plus(TURN).plus(TURN));

        assertThat(all).allMatch(Connection::isClosed);
        assertThat(api.tally().retirements(Retirement.AGED) + api.tally().retirements(Retirement.SURPLUS))
                .isEqualTo(60);
        assertThat(api.tally().retirements(Retirement.AGED)).isGreaterThan(40);
    }

    @Test
    void afterAScaleUpSurplusConnectionsMoveIdleOnesFirstATenthASecondUntilSharesAreEven() throws Exception {
        publish(3);
        List<Connection> pool = open(45);
        List<Attempt> busy = new ArrayList<>();
        for (Connection each : pool.subList(0, 12)) {
            busy.add(each.held.begin().orElseThrow());
        }
        time.advance(TURN.multipliedBy(10));
        assertThat(pool).noneMatch(Connection::isClosed);

        publish(9);
        time.advance(TURN);
        assertThat(pool.stream().filter(Connection::isClosed).count()).isBetween(1L, 4L);
        for (int second = 0; second < 30; second++) {
            pool.removeIf(Connection::isClosed);
            while (pool.size() < 45) {
                pool.add(new Connection().used());
            }
            time.advance(TURN);
        }

        long most = IntStream.range(0, 9)
                .mapToLong(i -> pool.stream()
                        .filter(each -> !each.isClosed() && each.pod.equals("pod-" + i))
                        .count())
                .max()
                .orElseThrow();
        assertThat(most / 5.0).isLessThanOrEqualTo(1.25);
        assertThat(busy).allMatch(Attempt::isOpen);
        long moved = api.tally().retirements(Retirement.SURPLUS);
        assertThat(moved).isBetween(30L, 90L);
        time.advance(TURN.multipliedBy(30));
        assertThat(api.tally().retirements(Retirement.SURPLUS)).isEqualTo(moved);
    }

    @Test
    void connectionsByTheClusterIpMoveToPodsOnceThereAreSome() throws Exception {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("not yet"));
        time.advance(Duration.ofSeconds(2));
        var around = onehop.balancer("api.shop:80").attemptAsync().toCompletableFuture();
        time.run();
        var closed = new AtomicInteger();
        HeldConnection held = around.get(5, TimeUnit.SECONDS).hold(closed::incrementAndGet);
        held.begin().orElseThrow().succeeded();
        time.advance(TURN);
        assertThat(closed).hasValue(0);
        assertThat(held.begin().orElseThrow().backend()).isEmpty();

        publish(3);
        time.advance(TURN);

        assertThat(held.isRetired()).isTrue();
        assertThat(api.tally().retirements(Retirement.SURPLUS)).isEqualTo(1);
    }

    @Test
    void aConnectionThatIsOldAndGoesElsewhereMovesOnceAndForItsAge() throws Exception {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("not yet"));
        time.advance(Duration.ofSeconds(2));
        openByTheClusterIp(150);
        time.advance(Duration.ofMinutes(3));
        openByTheClusterIp(2_850);
        publish(0); // so that nobody moves
        time.advance(Duration.ofMinutes(3).plusSeconds(30));
        assertThat(api.connections()).isEqualTo(3_000);

        publish(3);
        time.advance(TURN);

        assertThat(api.tally().retirements(Retirement.AGED)).isEqualTo(150);
        assertThat(api.tally().retirements(Retirement.SURPLUS)).isEqualTo(150);
    }

    private void openByTheClusterIp(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            var around = api.attemptAsync().toCompletableFuture();
            time.run();
            Attempt attempt = around.get(5, TimeUnit.SECONDS);
            assertThat(attempt.backend()).isEmpty();
            attempt.hold(() -> {}).begin().orElseThrow().succeeded();
        }
    }

    @Test
    void aConnectionThatItsClientClosedIsForgottenAndLeavesNoTimer() throws Exception {
        publish(3);
        time.advance(TURN);
        int timers = time.pendingTimers();
        Connection used = new Connection().used();
        Connection unused = new Connection();
        used.held.gone();
        unused.held.gone();
        unused.held.gone();
        time.advance(TURN);

        assertThat(api.connections()).isZero();
        assertThat(time.pendingTimers()).isEqualTo(timers);
        assertThat(api.tally().abandoned()).isEqualTo(1);
        assertThat(used.held.begin()).isEmpty();
        terminating("pod-0");
        terminating("pod-1");
        assertThat(used.isClosed() || unused.isClosed()).isFalse();
    }

    @Test
    void moreThanAThousandAreClosedWithinFiveSeconds() throws Exception {
        publish(2);
        List<Connection> all = open(3_000);

        terminating("pod-0");
        assertThat(all.stream().filter(Connection::isClosed).count()).isEqualTo(1_000);
        assertThat(all.stream().filter(each -> each.held.isRetired()).count()).isEqualTo(1_500);
        time.advance(Duration.ofMillis(2_500));
        assertThat(all.stream().filter(Connection::isClosed).count()).isBetween(1_100L, 1_400L);
        time.advance(Duration.ofMillis(2_500));

        assertThat(all.stream().filter(Connection::isClosed).count()).isEqualTo(1_500);
    }

    @Test
    void aCloseThatFailsHarmsNobody() throws Exception {
        publish(2);
        var asked = new AtomicInteger();
        for (String pod : List.of("pod-0", "pod-1")) {
            Callers.attemptOn(api, pod)
                    .hold(() -> {
                        asked.incrementAndGet();
                        throw new IOException("already closed");
                    })
                    .begin()
                    .orElseThrow()
                    .succeeded();
        }

        publish(0);

        assertThat(asked).hasValue(2);
        assertThat(api.connections()).isZero();
    }

    @Test
    void exchangesThatTakeLongKeepTheirConnectionsAndNoMoreMoveThanAreSurplus() throws Exception {
        publish(3);
        List<Connection> all = open(120);
        all.forEach(each -> each.held.begin().orElseThrow());

        publish(4);
        time.advance(TURN.multipliedBy(60));

        assertThat(all).noneMatch(Connection::isClosed);
        assertThat(all.stream().filter(each -> each.held.isRetired())).hasSizeBetween(20, 30);
    }

    @Test
    void whoeverHasLeftAndStaysBusyIsWaitedForAMinuteAndNoLonger() throws Exception {
        publish(3);
        for (Connection each : open(60)) {
            if (each.pod.equals("pod-1")) {
                each.held.begin().orElseThrow();
            }
        }
        terminating("pod-1");
        time.advance(TURN.multipliedBy(50));
        publish(4);
        with(true, "pod-1");
        time.advance(TURN.multipliedBy(9));
        assertThat(api.tally().retirements(Retirement.SURPLUS)).isZero();

        time.advance(TURN.multipliedBy(10));

        assertThat(api.tally().retirements(Retirement.SURPLUS)).isPositive();
    }

    @Test
    void connectionsMadeAtRandomComeToRest() throws Exception {
        Onehop random = PushedOnehop.builder(discovery, time, new SplittableRandom(11))
                .policy(PickPolicy.random())
                .build();
        api = random.balancer("api.shop:80");
        publish(50);
        for (int mean = 1; mean <= 3; mean++) {
            List<Connection> pool = open(50 * mean);
            for (int second = 0; second < 120; second++) {
                time.advance(TURN);
                pool.removeIf(Connection::isClosed);
                while (pool.size() < 50 * mean) {
                    pool.add(new Connection().used());
                }
            }
            long settled = api.tally().retirements(Retirement.SURPLUS);
            time.advance(TURN.multipliedBy(30));
            assertThat(api.tally().retirements(Retirement.SURPLUS))
                    .as("mean " + mean)
                    .isEqualTo(settled);
            assertThat(settled).isLessThan(50L * mean);
            pool.forEach(each -> each.held.gone());
        }
        random.close();
    }

    @Test
    void anExchangeThatCannotGoElsewhereIsCountedOnARetiredConnectionAsLongAsItIsOpen() throws Exception {
        publish(3);
        Connection busy = new Connection();
        Attempt first = busy.held.begin().orElseThrow();
        terminating(busy.pod);
        assertThat(busy.held.begin()).isEmpty();

        Attempt hop = busy.held.beginAnyway().orElseThrow();
        first.succeeded();
        assertThat(busy.isClosed()).isFalse();
        hop.succeeded();

        assertThat(busy.isClosed()).isTrue();
        assertThat(busy.held.beginAnyway()).isEmpty();
    }

    @Test
    void anExchangeThatNobodyEndsIsAbandonedTenSecondsAfterItsConnectionIsGone() throws Exception {
        publish(3);
        Connection leaky = new Connection().used();
        Attempt leaked = leaky.held.begin().orElseThrow();
        Attempt told = leaky.held.begin().orElseThrow();
        leaky.held.gone();

        time.advance(Duration.ofSeconds(9));
        assertThat(leaked.isOpen()).isTrue();
        assertThat(told.failed(new IOException("Connection reset"))).isTrue();
        time.advance(TURN);

        assertThat(leaked.isOpen()).isFalse();
        assertThat(api.tally().inFlight()).isZero();
        assertThat(api.tally().abandoned()).isEqualTo(1);
    }

    @Test
    void soAreAllOfThemWhereThereAreSeveral() throws Exception {
        publish(3);
        Connection leaky = new Connection().used();
        Attempt told = leaky.held.begin().orElseThrow();
        leaky.held.begin().orElseThrow();
        leaky.held.begin().orElseThrow();
        told.succeeded();
        leaky.held.gone();

        time.advance(Duration.ofSeconds(10));

        assertThat(api.tally().inFlight()).isZero();
        assertThat(api.tally().abandoned()).isEqualTo(2);
    }

    @Test
    void thatHoldsForTheExchangeItWasMadeForToo() throws Exception {
        publish(3);
        Connection leaky = new Connection();
        leaky.held.begin().orElseThrow();
        leaky.held.gone();

        time.advance(Duration.ofSeconds(10));

        assertThat(api.tally().inFlight()).isZero();
        assertThat(api.tally().abandoned()).isEqualTo(1);
    }

    @Test
    void andForOneThatBeginsAsItsConnectionGoes() throws Exception {
        publish(3);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 5_000; round++) {
                HeldConnection held = new Connection().used().held;
                var go = new CyclicBarrier(2);
                Future<?> beginning = threads.submit(() -> {
                    go.await(10, TimeUnit.SECONDS);
                    return held.begin();
                });
                Future<?> going = threads.submit(() -> {
                    go.await(10, TimeUnit.SECONDS);
                    held.gone();
                    return null;
                });
                beginning.get(10, TimeUnit.SECONDS);
                going.get(10, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }

        time.advance(Duration.ofSeconds(10));

        assertThat(api.tally().inFlight()).isZero();
    }

    @Test
    void aConnectionMadeAfterItsPortWasLetGoServesItsCallAndNoOther() throws Exception {
        publish(3);
        Attempt attempt = api.attempt();
        onehop.ports().inUse(api.port()).orElseThrow().pipeline().letGo();
        time.run();
        var closed = new AtomicInteger();

        HeldConnection held = attempt.hold(closed::incrementAndGet);
        held.begin().orElseThrow().succeeded();

        assertThat(held.begin()).isEmpty();
        assertThat(closed).hasValue(1);
    }

    @Test
    void aTurnThatFailsIsFollowedByAnother() throws Exception {
        publish(3);
        var failing = new AtomicBoolean();
        List<Retirement> retired = new ArrayList<>();
        var connections = new HeldConnections(
                time,
                new SplittableRandom(1),
                Runnable::run,
                Duration.ofSeconds(10),
                () -> {
                    if (failing.getAndSet(false)) {
                        throw new IllegalStateException("a test");
                    }
                    return api.eligible();
                },
                () -> false,
                retired::add);
        connections.hold(api.attempt(), () -> {});
        time.run();
        failing.set(true);
        try {
            time.advance(TURN);
        } catch (IllegalStateException told) {
            assertThat(told).hasMessage("a test");
        }

        time.advance(Duration.ofSeconds(20));

        assertThat(failing).isFalse();
        assertThat(retired).containsExactly(Retirement.AGED);
    }

    @Test
    void whenItsServiceIsNotFollowedAnyMoreAConnectionEndsWithItsExchange() throws Exception {
        publish(3);
        Connection idle = new Connection().used();
        Connection busy = new Connection();
        Attempt exchange = busy.held.begin().orElseThrow();

        onehop.ports().inUse(api.port()).orElseThrow().pipeline().letGo();
        time.run();
        assertThat(idle.isClosed()).isTrue();
        assertThat(busy.isClosed()).isFalse();
        exchange.succeeded();

        assertThat(busy.isClosed()).isTrue();
    }

    @Test
    void whenOnehopIsClosedConnectionsAreTheirClientsAlone() throws Exception {
        publish(3);
        Connection idle = new Connection().used();

        onehop.close();
        time.run();

        assertThat(idle.isClosed()).isFalse();
        assertThat(idle.held.begin()).isPresent();
    }

    @Test
    void aConnectionIsClosedOnceAndNeverUnderAnExchangeHoweverThreadsMeet() throws Exception {
        publish(3);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 500; round++) {
                Attempt attempt = api.attempt();
                var busy = new AtomicInteger();
                var closedWhileBusy = new AtomicInteger();
                var closed = new AtomicInteger();
                HeldConnection held = attempt.hold(() -> {
                    closed.incrementAndGet();
                    closedWhileBusy.addAndGet(busy.get());
                });
                held.begin().orElseThrow().succeeded();
                var go = new CountDownLatch(1);
                List<Future<?>> all = new ArrayList<>();
                for (int user = 0; user < 2; user++) {
                    all.add(threads.submit(() -> {
                        go.await();
                        for (int i = 0; i < 20; i++) {
                            held.begin().ifPresent(exchange -> {
                                busy.incrementAndGet();
                                Thread.onSpinWait();
                                busy.decrementAndGet();
                                exchange.succeeded();
                            });
                        }
                        return null;
                    }));
                }
                all.add(threads.submit(() -> {
                    go.await();
                    boolean retired = held.retire(Runnable::run, time.nanoTime());
                    held.closeIfIdle(Runnable::run);
                    return retired;
                }));
                go.countDown();
                for (Future<?> each : all) {
                    each.get(10, TimeUnit.SECONDS);
                }
                assertThat(closed).hasValue(1);
                assertThat(closedWhileBusy).hasValue(0);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anAgeOfZeroIsRefused() {
        assertThatThrownBy(() -> Onehop.builder()
                        .discovery(discovery)
                        .maxConnectionAge(Duration.ZERO)
                        .build())
                .hasMessage("maxConnectionAge: PT0S (expected: more than zero)");
    }

    private List<Connection> open(int count) throws IOException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new Connection().used());
        }
        return all;
    }

    private static Connection on(List<Connection> all, String pod) {
        return all.stream().filter(each -> each.pod.equals(pod)).findFirst().orElseThrow();
    }

    private void publish(int count) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        time.run();
    }

    private void terminating(String pod) {
        leaving.add(pod);
        with(true, leaving.toArray(String[]::new));
    }

    /** The pods of now, with some that are not ready, for they terminate or for another reason. */
    private void with(boolean terminating, String... notReady) {
        List<Endpoint> now = ((ServiceView.Known) api.eligible().view())
                .slices().get(0).endpoints().stream()
                        .map(each -> List.of(notReady).contains(String.valueOf(each.podName()))
                                ? Endpoint.builder(String.valueOf(each.address()))
                                        .conditions(false, false, terminating)
                                        .pod(String.valueOf(each.podName()), String.valueOf(each.podUid()))
                                        .build()
                                : each)
                        .toList();
        discovery.set(SampleService.service(), SampleService.slice("api-1", now));
        time.run();
    }
}
