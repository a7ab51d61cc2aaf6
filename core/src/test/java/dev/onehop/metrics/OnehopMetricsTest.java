package dev.onehop.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.ActiveCheck;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.OnehopEvent.ViewPublished;
import dev.onehop.PushedOnehop;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Backend;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The meters of a Service port read what happens there, and are gone when it is. */
class OnehopMetricsTest {

    private static final Duration CALL = Duration.ofSeconds(3);

    private final MeteredOnehop metered = new MeteredOnehop();

    @AfterEach
    void close() {
        metered.close();
    }

    @Test
    void attemptsAreCountedByTheirOutcome() throws Exception {
        Balancer api = metered.fleet(3);

        api.attempt().succeeded();
        api.attempt().succeeded();
        api.attempt().failed(new BindException("Cannot assign requested address"));
        api.attempt().close();
        Attempt open = api.attempt();

        assertThat(metered.value("onehop.attempts.started")).isEqualTo(5);
        assertThat(metered.value("onehop.attempts.ended", "outcome", "succeeded"))
                .isEqualTo(2);
        assertThat(metered.value("onehop.attempts.ended", "outcome", "failed")).isEqualTo(1);
        assertThat(metered.value("onehop.attempts.ended", "outcome", "abandoned"))
                .isEqualTo(1);
        assertThat(metered.value("onehop.attempts.active")).isEqualTo(1);
        open.succeeded();
        assertThat(metered.value("onehop.attempts.active")).isZero();
    }

    @Test
    void f22_failuresOfOurOwnMachineHaveACounterOfTheirOwn() throws Exception {
        Balancer api = metered.fleet(3);

        api.attempt().failed(new BindException("Cannot assign requested address"));

        assertThat(metered.value("onehop.attempts.failures", "signal", "local_exhaustion"))
                .isEqualTo(1);
        assertThat(metered.value("onehop.attempts.failures", "signal", "connect_refused"))
                .isZero();
        assertThat(metered.value("onehop.backends", "state", "ejected")).isZero();
    }

    @Test
    void totalsOnlyGrowWhenBackendsLeave() throws Exception {
        Balancer api = metered.fleet(3);
        for (int i = 0; i < 30; i++) {
            api.attempt().succeeded();
        }
        Attempt late = api.attempt();

        metered.pods(3, 5);
        assertThat(metered.value("onehop.attempts.started")).isEqualTo(31);
        assertThat(metered.value("onehop.attempts.active")).isEqualTo(1);
        late.failed(new ConnectException("Connection refused"));
        assertThat(metered.value("onehop.attempts.ended", "outcome", "failed")).isEqualTo(1);

        metered.time.advance(Duration.ofMinutes(2));
        metered.pods(3, 4);
        for (int i = 0; i < 5; i++) {
            api.attempt().succeeded();
        }
        metered.discovery.remove(SampleService.KEY);
        metered.time.run();
        metered.pods(5, 6);
        assertThat(metered.value("onehop.attempts.started")).isEqualTo(36);
        assertThat(metered.value("onehop.attempts.ended", "outcome", "succeeded"))
                .isEqualTo(35);
        assertThat(metered.value("onehop.attempts.ended", "outcome", "failed")).isEqualTo(1);
    }

    @Test
    void connectionsToTheClusterIpAreCountedByReason() throws Exception {
        metered.discovery.set(SampleService.KEY, new ServiceView.Unknown("no permission"));
        Balancer api = metered.onehop.balancer("api.shop:80");
        metered.time.advance(Duration.ofSeconds(2));

        var unused = api.attemptAsync().toCompletableFuture().join();
        api.bypassed(FallbackReason.PROTOCOL_UNSUPPORTED);

        assertThat(metered.value("onehop.fallbacks", "reason", "view_unknown")).isEqualTo(1);
        assertThat(metered.value("onehop.fallbacks", "reason", "protocol_unsupported"))
                .isEqualTo(1);
        assertThat(metered.value("onehop.fallbacks", "reason", "view_too_old")).isZero();
        assertThat(metered.value("onehop.discovery.state", "state", "unknown")).isEqualTo(1);
        assertThat(metered.value("onehop.discovery.staleness")).isNaN();
        assertThat(metered.value("onehop.endpoints", "condition", "ready")).isNaN();
    }

    @Test
    void refusalsAreCountedByVerdict() {
        Balancer api = metered.fleet(0);

        assertThatThrownBy(api::attempt).isInstanceOf(NoBackendException.class);

        assertThat(metered.value("onehop.refusals", "verdict", "reject")).isEqualTo(1);
        assertThat(metered.value("onehop.refusals", "verdict", "drop")).isZero();
    }

    @Test
    void failoversAreCountedAndThoseTheBudgetRefusesToo() throws Exception {
        Balancer api = metered.fleet(3);

        int calls = 0;
        while (metered.value("onehop.failovers.refused") == 0 && calls++ < 1_000) {
            assertThatThrownBy(() -> api.connect(CALL, (attempt, timeout) -> {
                        throw new ConnectException("Connection refused");
                    }))
                    .isInstanceOf(IOException.class);
        }

        assertThat(metered.value("onehop.failovers")).isBetween(100.0, 200.0);
        assertThat(metered.value("onehop.failovers.refused")).isEqualTo(1);
        assertThat(metered.value("onehop.attempts.started")).isEqualTo(calls + metered.value("onehop.failovers"));
    }

    @Test
    void ejectionsAndReturnsAreCountedByKind() throws Exception {
        Balancer api = metered.fleet(3);
        eject(api, "pod-0");

        assertThat(metered.value("onehop.ejections", "kind", "hard")).isEqualTo(1);
        assertThat(metered.value("onehop.ejections", "kind", "soft")).isZero();
        assertThat(metered.value("onehop.backends", "state", "ejected")).isEqualTo(1);
        assertThat(metered.value("onehop.backends", "state", "eligible")).isEqualTo(2);
        metered.time.advance(Duration.ofMillis(1_201));
        assertThat(metered.value("onehop.returns")).isEqualTo(1);
        assertThat(metered.value("onehop.backends", "state", "ejected")).isZero();
        assertThat(metered.value("onehop.backends", "state", "eligible")).isEqualTo(3);
    }

    @Test
    void f25_panicIsCountedAndShown() throws Exception {
        Balancer api = metered.fleet(10);
        for (int i = 0; i < 500; i++) {
            api.attempt().answered(503, false);
            metered.time.advance(Duration.ofMillis(1));
        }

        assertThat(metered.value("onehop.panic.entered")).isEqualTo(1);
        assertThat(metered.value("onehop.panic")).isEqualTo(1);
        for (int i = 0; i < 500; i++) {
            api.attempt().answered(200, false);
            metered.time.advance(Duration.ofMillis(100));
        }
        metered.pods(0, 10);
        metered.pods(0, 11);
        assertThat(metered.value("onehop.panic.entered")).isEqualTo(1);
        assertThat(metered.value("onehop.panic")).isZero();
    }

    @Test
    void f42_aTrialThatIsNeverEndedIsCountedAsLeaked() throws Exception {
        Balancer api = metered.fleet(5);
        badAnswers(api, "pod-0");
        assertThat(metered.value("onehop.ejections", "kind", "soft")).isEqualTo(1);
        metered.time.advance(Duration.ofSeconds(12));
        Attempt lost = api.attempt();
        assertThat(name(lost)).isEqualTo("pod-0");
        assertThat(metered.value("onehop.trials.leaked")).isZero();

        metered.time.advance(Duration.ofSeconds(10));

        assertThat(metered.value("onehop.trials.leaked")).isEqualTo(1);
    }

    @Test
    void aTrialThatNobodyTookIsNotLeaked() throws Exception {
        Balancer api = metered.fleet(5);
        badAnswers(api, "pod-0");

        metered.time.advance(Duration.ofMinutes(1));

        assertThat(metered.value("onehop.trials.leaked")).isZero();
    }

    @Test
    void endpointsAreCountedByCondition() {
        metered.fleet(3);

        assertThat(metered.value("onehop.endpoints", "condition", "ready")).isEqualTo(3);
        assertThat(metered.value("onehop.endpoints", "condition", "not_ready")).isZero();
    }

    @Test
    void stalenessAndStateFollowTheView() {
        metered.fleet(3);
        assertThat(metered.value("onehop.discovery.state", "state", "live")).isEqualTo(1);
        assertThat(metered.value("onehop.discovery.state", "state", "stale")).isZero();

        metered.discovery.set(
                SampleService.KEY,
                new ServiceView.Stale(
                        new ServiceDeclaration.Present(SampleService.service()),
                        SampleService.slices(3),
                        metered.time.nanoTime(),
                        "connection lost"));
        metered.time.run();

        assertThat(metered.value("onehop.discovery.state", "state", "live")).isZero();
        assertThat(metered.value("onehop.discovery.state", "state", "stale")).isEqualTo(1);
    }

    @Test
    void stalenessIsTheTimeSinceTheLastContactInSeconds() {
        try (var quiet = new Quiet(metered.time.nanoTime() - 90_000_000_000L)) {
            var onehop = PushedOnehop.builder(quiet, metered.time, new SplittableRandom(1))
                    .build();
            var registry = new SimpleMeterRegistry();
            new OnehopMetrics(onehop).bindTo(registry);
            onehop.balancer("api.shop:80");
            metered.time.run();

            assertThat(registry.get("onehop.discovery.staleness").timeGauge().value(TimeUnit.SECONDS))
                    .isEqualTo(90);
            assertThat(registry.get("onehop.discovery.divergence")
                            .functionCounter()
                            .count())
                    .isEqualTo(7);
        }
    }

    @Test
    void activeChecksAreCountedByTheirResult() {
        Set<InetSocketAddress> sick = new HashSet<>();
        ActiveCheck check = ActiveCheck.by((pod, timeout) -> sick.contains(pod)
                ? CompletableFuture.failedStage(new IOException("answered 404"))
                : CompletableFuture.completedStage(null));
        try (var checked = new MeteredOnehop(false, builder -> builder.activeCheck(check.all()))) {
            Balancer api = checked.fleet(4);
            sick.add(api.eligible().backend(0).address());

            checked.time.advance(Duration.ofMillis(12_200)); // each was asked once, none three times

            assertThat(checked.value("onehop.checks", "result", "failed")).isBetween(1.0, 2.0);
            assertThat(checked.value("onehop.checks", "result", "passed")).isBetween(3.0, 6.0);
        }
    }

    @Test
    void connectsOfOnehopsOwnWhereNoCheckWasAskedForAreNoChecks() throws NoBackendException {
        Balancer api = metered.fleet(3);
        eject(api, "pod-0");

        metered.time.advance(Duration.ofMinutes(1));

        assertThat(metered.value("onehop.returns")).isEqualTo(1);
        assertThat(metered.value("onehop.checks", "result", "passed")).isZero();
    }

    @Test
    void oneWhileAnEmptyListIsNotBelieved() {
        try (var quiet = new Quiet(metered.time.nanoTime())) {
            var onehop = PushedOnehop.builder(quiet, metered.time, new SplittableRandom(1))
                    .build();
            var registry = new SimpleMeterRegistry();
            new OnehopMetrics(onehop).bindTo(registry);
            onehop.balancer("api.shop:80");
            onehop.balancer("other.shop:80");
            metered.time.run();

            assertThat(registry.get("onehop.discovery.emptied")
                            .tag("service", "api")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(registry.get("onehop.discovery.emptied")
                            .tag("service", "other")
                            .gauge()
                            .value())
                    .isZero();
        }
    }

    @Test
    void everyViewThatReachesThePicksIsTimed() {
        metered.fleet(3);
        double before = metered.value("onehop.view.publish");

        metered.pods(0, 4);
        metered.pods(0, 5);

        assertThat(metered.value("onehop.view.publish") - before).isEqualTo(2);
    }

    @Test
    void theTimeOfAViewIsTheOneTold() {
        Balancer api = metered.fleet(3);
        var registry = new SimpleMeterRegistry();

        new PortMeters(registry, Tags.empty(), api, false)
                .published(new ViewPublished(api.port(), api.eligible(), Duration.ofMillis(40)));

        assertThat(registry.get("onehop.view.publish").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(40);
    }

    @Test
    void portsThatComeIntoUseLaterAreBoundThen() {
        metered.fleet(3);
        assertThat(metered.meters("onehop.attempts.started")).hasSize(1);

        metered.onehop.balancer("api.shop:http");
        metered.time.run();

        assertThat(metered.meters("onehop.attempts.started"))
                .extracting(meter -> meter.getId().getTag("port"))
                .containsExactlyInAnyOrder("80", "http");
    }

    @Test
    void portsInUseBeforeAreBoundAtOnce() {
        metered.fleet(3);
        var registry = new SimpleMeterRegistry();

        new OnehopMetrics(metered.onehop, Tags.of("app", "shop")).bindTo(registry);
        metered.time.run();

        assertThat(registry.get("onehop.backends")
                        .tags("state", "eligible", "app", "shop")
                        .gauge()
                        .value())
                .isEqualTo(3);
    }

    @Test
    void metersOfAServiceThatIsGoneAreRemoved() {
        metered.discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        assertThat(metered.onehop.forHost("api.shop.svc.cluster.local", 80)).isPresent();
        metered.time.run();
        assertThat(metered.meters("onehop.")).isNotEmpty();

        metered.discovery.remove(SampleService.KEY);
        metered.time.run();

        assertThat(metered.meters("onehop.")).isEmpty();
    }

    @Test
    void closingRemovesEveryMeterAndLaterPortsAddNone() {
        metered.fleet(3);

        metered.metrics.close();
        metered.onehop.balancer("other.shop:80");
        metered.time.run();

        assertThat(metered.registry.getMeters()).isEmpty();
    }

    @Test
    void noMeterNamesAPodUnlessAskedTo() {
        metered.fleet(3);

        assertThat(metered.registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTags())
                        .noneMatch(tag -> tag.getValue().contains("pod-")
                                || tag.getValue().contains("10.244.")));
    }

    @Test
    void theNumberOfMetersDoesNotDependOnTheNumberOfPods() {
        metered.fleet(3);
        int ofThree = metered.registry.getMeters().size();

        metered.pods(0, 200);

        assertThat(metered.registry.getMeters()).hasSize(ofThree);
    }

    private void eject(Balancer api, String pod) throws NoBackendException {
        Callers.refusedTwice(api, pod, metered.time);
    }

    private void badAnswers(Balancer api, String pod) throws NoBackendException {
        for (int i = 0; i < 4_000 && api.eligible().ejected().isEmpty(); i++) {
            Attempt attempt = api.attempt();
            attempt.answered(name(attempt).equals(pod) ? 503 : 200, false);
            metered.time.advance(Duration.ofMillis(1));
        }
        List<Backend> ejected = new ArrayList<>(api.eligible().ejected());
        assertThat(ejected).hasSize(1);
    }

    private static String name(Attempt attempt) {
        return attempt.backend().flatMap(Backend::podName).orElse("");
    }

    /** A source that has not been heard of for a while, has missed seven changes, and holds on to what a list emptied. */
    private record Quiet(long lastContactNanos) implements Discovery {
        @Override
        public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
            subscriber.accept(SampleService.view(3));
            return new Subscription() {
                @Override
                public long lastContactNanos() {
                    return lastContactNanos;
                }

                @Override
                public long divergences() {
                    return 7;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public boolean keepsEmptied(ServiceKey service) {
            return service.equals(SampleService.KEY);
        }

        @Override
        public ClientLocation location() {
            return ClientLocation.unknown();
        }

        @Override
        public Optional<String> namespace() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }
}
