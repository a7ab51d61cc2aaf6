package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.OnehopEvent.DecisionChanged;
import dev.onehop.OnehopEvent.Ejected;
import dev.onehop.OnehopEvent.OutageBegan;
import dev.onehop.OnehopEvent.OutageEnded;
import dev.onehop.OnehopEvent.PanicBegan;
import dev.onehop.OnehopEvent.PanicEnded;
import dev.onehop.OnehopEvent.PortClosed;
import dev.onehop.OnehopEvent.PortOpened;
import dev.onehop.OnehopEvent.Returned;
import dev.onehop.OnehopEvent.TrialLeaked;
import dev.onehop.OnehopEvent.ViewLive;
import dev.onehop.OnehopEvent.ViewPublished;
import dev.onehop.OnehopEvent.ViewStale;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to Service ports is told, in order, on the loop. */
class OnehopListenerTest {

    private final ManualTime time = new ManualTime();
    private final Delayed clock = new Delayed(time);
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final List<OnehopEvent> told = new ArrayList<>();
    private final Onehop onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(11))
            .loop(clock)
            .listener(event -> {
                throw new IllegalStateException("a listener that fails");
            })
            .listener(told::add)
            .build();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void aPortIsOpenedBeforeAnythingElseHappensToIt() {
        fleet(3);

        assertThat(told)
                .extracting(Object::getClass)
                .containsExactly(PortOpened.class, DecisionChanged.class, ViewLive.class, ViewPublished.class);
        assertThat(((PortOpened) told.get(0)).balancer().eligible().size()).isEqualTo(3);
    }

    @Test
    void aPortIsOpenedOnce() {
        fleet(3);
        onehop.balancer("api.shop:80");
        assertThat(onehop.forHost("api.shop", 80)).isPresent();
        time.run();

        assertThat(of(PortOpened.class)).hasSize(1);
    }

    @Test
    void aDialledPortWithoutAServiceIsOpenedAndClosed() {
        assertThat(onehop.forHost("gone.shop", 80)).isPresent();
        time.run();

        assertThat(of(PortOpened.class)).hasSize(1);
        assertThat(of(PortClosed.class)).hasSize(1);
        assertThat(told.get(0)).isInstanceOf(PortOpened.class);
        assertThat(of(PortClosed.class).get(0).port()).isEqualTo(told.get(0).port());
    }

    @Test
    void whoeverComesLateHearsOfThePortsInUseAndOfWhatFollows() {
        fleet(3);
        assertThat(onehop.forHost("gone.shop", 80)).isPresent();
        time.run();
        var late = new ArrayList<OnehopEvent>();

        onehop.listen(late::add);
        time.run();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 4));
        time.run();

        assertThat(late).extracting(Object::getClass).containsExactly(PortOpened.class, ViewPublished.class);
    }

    @Test
    void whoeverHasClosedHearsNothing() {
        var late = new ArrayList<OnehopEvent>();
        onehop.listen(late::add).close();
        Balancer.Listening listening = onehop.listen(late::add);
        fleet(3);
        assertThat(late).isNotEmpty();
        late.clear();

        listening.close();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 4));
        time.run();

        assertThat(late).isEmpty();
    }

    @Test
    void aViewIsTimedFromTheArrivalOfTheOldestOfItsBurst() {
        fleet(3);

        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 4));
        clock.late(Duration.ofMillis(30));
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 5));
        clock.late(Duration.ofMillis(40));
        time.run();

        List<ViewPublished> views = of(ViewPublished.class);
        ViewPublished last = views.get(views.size() - 1);
        assertThat(views).hasSize(2);
        assertThat(last.took()).isEqualTo(Duration.ofMillis(40));
        assertThat(last.snapshot().size()).isEqualTo(5);
    }

    @Test
    void staleAndLiveAreToldAsTheyChange() {
        fleet(3);
        told.clear();
        var stale = new ServiceView.Stale(
                new ServiceDeclaration.Present(SampleService.service()),
                SampleService.slices(3),
                time.nanoTime(),
                "cut");

        discovery.set(SampleService.KEY, stale);
        time.run();
        discovery.set(SampleService.KEY, stale);
        time.run();
        assertThat(of(ViewStale.class)).extracting(ViewStale::why).containsExactly("cut");

        time.advance(Duration.ofMinutes(10));
        assertThat(of(DecisionChanged.class))
                .extracting(DecisionChanged::after)
                .singleElement()
                .isInstanceOfSatisfying(
                        Decision.ClusterIp.class,
                        fallback -> assertThat(fallback.reason()).isEqualTo(FallbackReason.VIEW_TOO_OLD));

        discovery.set(SampleService.KEY, SampleService.view(3));
        time.run();
        assertThat(of(ViewLive.class)).hasSize(1);
        assertThat(of(DecisionChanged.class)).hasSize(2);
        assertThat(of(DecisionChanged.class).get(1).after()).isEqualTo(Decision.PICK);
    }

    @Test
    void ejectionsAreToldWhenPicksSeeThem() throws Exception {
        Balancer api = fleet(3);
        var ejectedThen = new ArrayList<Integer>();
        onehop.listen(event -> {
            if (event instanceof Ejected) {
                ejectedThen.add(api.eligible().ejected().size());
            }
        });
        Callers.refusedTwice(api, "pod-0", time);

        assertThat(ejectedThen).containsExactly(1);
        assertThat(of(Ejected.class)).singleElement().satisfies(ejected -> {
            assertThat(ejected.backend().podName()).contains("pod-0");
            assertThat(ejected.kind()).isEqualTo(Ejection.Kind.HARD);
            assertThat(ejected.evidence()).contains("CONNECT_REFUSED");
        });
        assertThat(of(Returned.class)).isEmpty();
        time.advance(Duration.ofMillis(1_201));
        assertThat(of(Returned.class))
                .singleElement()
                .satisfies(returned -> assertThat(returned.backend().podName()).contains("pod-0"));
    }

    @Test
    void aBackendThatLeavesWhileItIsEjectedDoesNotReturn() throws Exception {
        Balancer api = fleet(3);
        Callers.refusedTwice(api, "pod-0", time);

        discovery.set(SampleService.service(), SampleService.slice("api-1", 1, 3));
        time.advance(Duration.ofMinutes(5));

        assertThat(of(Ejected.class)).hasSize(1);
        assertThat(of(Returned.class)).isEmpty();
    }

    @Test
    void panicBeginsAndEnds() throws Exception {
        Balancer api = fleet(10);
        for (int i = 0; i < 500; i++) {
            api.attempt().answered(503, false);
            time.advance(Duration.ofMillis(1));
        }
        assertThat(of(PanicBegan.class)).hasSize(1);
        assertThat(of(PanicEnded.class)).isEmpty();

        time.advance(Duration.ofMinutes(1));
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 10));
        time.run();

        assertThat(of(PanicBegan.class)).hasSize(1);
        assertThat(of(PanicEnded.class)).hasSize(1);
    }

    @Test
    void anOutageBeginsAndEnds() throws Exception {
        Balancer api = fleet(5);
        for (int i = 0; i < 4; i++) {
            Callers.refused(api, "pod-" + i);
        }
        time.run();

        assertThat(of(OutageBegan.class)).singleElement().satisfies(began -> {
            assertThat(began.refusing()).isEqualTo(4);
            assertThat(began.backends()).isEqualTo(5);
        });
        assertThat(of(OutageEnded.class)).isEmpty();

        time.advance(Duration.ofSeconds(4));
        assertThat(of(OutageBegan.class)).hasSize(1);
        assertThat(of(OutageEnded.class)).hasSize(1);
    }

    @Test
    void f42_aTrialThatIsNeverEndedIsTold() throws Exception {
        Balancer api = fleet(5);
        for (int i = 0; i < 4_000 && api.eligible().ejected().isEmpty(); i++) {
            Attempt attempt = api.attempt();
            attempt.answered(name(attempt).equals("pod-0") ? 503 : 200, false);
            time.advance(Duration.ofMillis(1));
        }
        time.advance(Duration.ofSeconds(12));
        assertThat(name(api.attempt())).isEqualTo("pod-0");

        time.advance(Duration.ofSeconds(10));

        assertThat(of(TrialLeaked.class))
                .singleElement()
                .satisfies(leaked -> assertThat(leaked.backend().podName()).contains("pod-0"));
    }

    private Balancer fleet(int count) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        return api;
    }

    private <E extends OnehopEvent> List<E> of(Class<E> type) {
        return told.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static String name(Attempt attempt) {
        return attempt.backend().flatMap(Backend::podName).orElse("");
    }

    /** A loop that may be late: its clock goes on while tasks wait. */
    private static final class Delayed implements SerialScheduler {
        private final ManualTime time;
        private Duration late = Duration.ZERO;

        private Delayed(ManualTime time) {
            this.time = time;
        }

        /** From now on it is so much later than it was at first. */
        void late(Duration late) {
            this.late = late;
        }

        @Override
        public long nanoTime() {
            return time.nanoTime() + late.toNanos();
        }

        @Override
        public void execute(Runnable task) {
            time.execute(task);
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
        }

        @Override
        public void close() {
            time.close();
        }
    }
}
