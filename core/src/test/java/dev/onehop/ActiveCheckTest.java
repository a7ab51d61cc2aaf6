package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom active checks ask, and what their answers are good for, in pushed time. */
class ActiveCheckTest {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofSeconds(12);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Map<InetSocketAddress, IOException> sick = new HashMap<>();
    private final List<InetSocketAddress> asked = new ArrayList<>();
    private final List<Long> askedNanos = new ArrayList<>();
    private final ActiveCheck check = ActiveCheck.by(this::answer);
    private @Nullable Onehop onehop;

    @AfterEach
    void close() {
        if (onehop != null) {
            onehop.close();
        }
    }

    @Test
    void nobodyIsAskedWhileNobodyIsEjected() {
        pods(5, check);

        time.advance(Duration.ofMinutes(5));

        assertThat(asked).isEmpty();
        assertThat(time.pendingTimers()).isZero();
    }

    @Test
    void ejectedForRefusalsAPodReturnsWhenTwoChecksInARowPass() throws Exception {
        Balancer api = pods(5, check);
        Backend dead = ejectHard(api);
        sick.put(dead.address(), new ConnectException("Connection refused"));

        time.advance(Duration.ofSeconds(2));
        assertThat(asked).as("a connect would have brought it back").containsOnly(dead.address());
        assertThat(api.eligible().ejected()).containsExactly(dead);

        sick.clear();
        asked.clear();
        time.advance(Duration.ofSeconds(4));
        assertThat(asked).startsWith(dead.address(), dead.address());
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void ejectedForRefusalsAPodStaysOutWhenTheSecondCheckFails() throws Exception {
        Balancer api = pods(5, ActiveCheck.by((backend, timeout) -> {
            asked.add(backend);
            return asked.size() % 2 == 1
                    ? CompletableFuture.completedStage(null)
                    : CompletableFuture.failedStage(new ConnectException("Connection refused"));
        }));
        ejectHard(api);

        time.advance(Duration.ofSeconds(6));

        assertThat(asked).hasSize(4);
        assertThat(api.eligible().ejected()).hasSize(1);
    }

    @Test
    void aCheckThatFailsThoughThePodListensIsABadAnswerAndNoMoreThanThat() throws Exception {
        Balancer api = pods(5, check);
        for (int i = 0; i < 4; i++) {
            Callers.refusedTwice(api, "pod-" + i, time);
        }
        assertThat(api.eligible().ejected()).hasSize(4);
        everybody(api).forEach(pod -> sick.put(pod.address(), new IOException("answered 404")));

        time.advance(Duration.ofMinutes(2));

        assertThat(api.eligible().size()).as("always more than half").isGreaterThanOrEqualTo(3);
        assertThat(api.eligible().ejected())
                .allSatisfy(pod -> assertThat(
                                api.eligible().ejection(pod).orElseThrow().kind())
                        .isEqualTo(Ejection.Kind.SOFT));
        assertThat(api.tally().isInOutage()).as("connects stand").isFalse();
    }

    private static List<Backend> everybody(Balancer api) {
        List<Backend> all = new ArrayList<>(api.eligible().backends());
        all.addAll(api.eligible().ejected());
        return all;
    }

    @Test
    void ejectedForBadAnswersAPodThatPassesIsTriedAfterTenSecondsAndByRealRequests() {
        Balancer api = pods(5, check.interval(Duration.ofSeconds(3)));
        Backend bad = ejectSoft(api);
        answeredBadlyOnTrial(api, bad, Duration.ofSeconds(12)); // out for 20 s +-20 % now

        time.advance(Duration.ofMillis(9_900));
        assertThat(asked).contains(bad.address());
        assertThat(takesTrial(api, bad)).as("no less than ten seconds").isFalse();
        time.advance(Duration.ofMillis(200));

        assertThat(api.eligible().ejected()).as("a check is no request").containsExactly(bad);
        assertThat(trial(api, bad).succeeded()).isTrue();
        time.run();
        assertThat(api.eligible().ejected()).containsExactly(bad);
        assertThat(trial(api, bad).succeeded()).isTrue();
        time.run();
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void ejectedForBadAnswersAPodThatFailsItsChecksWaitsItsTime() {
        Balancer api = pods(5, check.interval(Duration.ofSeconds(3)));
        Backend bad = ejectSoft(api);
        sick.put(bad.address(), new IOException("answered 503"));
        answeredBadlyOnTrial(api, bad, Duration.ofSeconds(12));

        time.advance(Duration.ofMillis(15_900)); // 20 s less 20 %

        assertThat(asked).contains(bad.address());
        assertThat(takesTrial(api, bad)).isFalse();
        time.advance(Duration.ofMillis(8_200));
        assertThat(takesTrial(api, bad)).isTrue();
    }

    @Test
    void askingForAllAsksEveryPodEveryTenSecondsMoreOrLess() {
        pods(5, check.all());

        time.advance(Duration.ofSeconds(600));

        assertThat(asked).hasSizeBetween(5 * 50, 5 * 75);
        List<Long> of = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            if (asked.get(i).equals(asked.get(0))) {
                of.add(askedNanos.get(i));
            }
        }
        for (int i = 1; i < of.size(); i++) {
            assertThat(Duration.ofNanos(of.get(i) - of.get(i - 1))).isBetween(Duration.ofSeconds(8), LONGEST);
        }
    }

    @Test
    void threeFailedChecksInARowEjectAPodForBadAnswers() {
        Balancer api = pods(5, check.all());
        Backend bad = api.eligible().backend(2);
        sick.put(bad.address(), new IOException("answered 503\r\n[ERROR]"));

        time.advance(Duration.ofMillis(15_900));
        assertThat(api.eligible().ejected()).as("two at most, 8 s apart").isEmpty();
        time.advance(LONGEST.multipliedBy(3).minusMillis(15_900));

        assertThat(api.eligible().ejected()).containsExactly(bad);
        Ejection ejection = api.eligible().ejection(bad).orElseThrow();
        assertThat(ejection.kind()).isEqualTo(Ejection.Kind.SOFT);
        assertThat(ejection.evidence())
                .contains("3 failed checks in a row", "answered 503")
                .doesNotContain("\n");
    }

    @Test
    void threeFailedConnectsOfChecksAreHardEvidence() {
        Balancer api = pods(5, check.all());
        Backend bad = api.eligible().backend(2);
        sick.put(bad.address(), new ConnectException("Connection refused"));

        time.advance(LONGEST.multipliedBy(3));

        assertThat(api.eligible().ejection(bad).orElseThrow().kind()).isEqualTo(Ejection.Kind.HARD);
        sick.clear();
        time.advance(Duration.ofSeconds(20));
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void aPodThatPassesInBetweenIsNotEjected() {
        Balancer api = pods(
                5,
                ActiveCheck.by((backend, timeout) -> {
                            asked.add(backend);
                            long times = asked.stream().filter(backend::equals).count();
                            boolean one = backend.equals(asked.get(0)); // what all fail would eject nobody anyhow
                            return !one || times % 3 == 0
                                    ? CompletableFuture.completedStage(null)
                                    : CompletableFuture.failedStage(new IOException("answered 503"));
                        })
                        .all());

        time.advance(Duration.ofMinutes(10));

        assertThat(asked).hasSizeGreaterThan(250);
        assertThat(api.tally().ejections(Ejection.Kind.SOFT)).isZero();
    }

    @Test
    void onePassIsNotEnoughAndPassesDoNotAddUpOverFailures() {
        Balancer api = pods(
                5,
                ActiveCheck.by((backend, timeout) -> {
                            asked.add(backend);
                            return asked.size() % 2 == 1
                                    ? CompletableFuture.completedStage(null)
                                    : CompletableFuture.failedStage(new IOException("answered 503"));
                        })
                        .interval(Duration.ofSeconds(3)));
        Backend bad = ejectSoft(api);
        answeredBadlyOnTrial(api, bad, Duration.ofSeconds(12)); // out for 20 s +-20 % now

        time.advance(Duration.ofMillis(15_900));

        assertThat(asked).hasSizeGreaterThanOrEqualTo(4).containsOnly(bad.address());
        assertThat(takesTrial(api, bad)).isFalse();
    }

    @Test
    void passesBeforeAnEjectionDoNotShortenIt() {
        Balancer api = pods(5, check.interval(Duration.ofSeconds(9)).all());
        time.advance(Duration.ofSeconds(60));
        Backend bad = ejectSoft(api);
        answeredBadlyOnTrial(api, bad, Duration.ofSeconds(12)); // out for 20 s +-20 % now

        time.advance(Duration.ofSeconds(13)); // time for one check, not for two

        assertThat(asked).contains(bad.address());
        assertThat(takesTrial(api, bad)).isFalse();
    }

    @Test
    void failuresBeforeItsReturnDoNotCountAfterIt() {
        Balancer api = pods(5, check.interval(Duration.ofSeconds(3)).all());
        Backend bad = ejectSoft(api);
        sick.put(bad.address(), new IOException("answered 503"));
        time.advance(Duration.ofSeconds(12));
        assertThat(trial(api, bad).succeeded()).isTrue();
        time.run();
        assertThat(trial(api, bad).succeeded()).isTrue();
        time.run();
        assertThat(api.eligible().ejected()).isEmpty();

        asked.clear();
        time.advance(Duration.ofMillis(3_600));
        assertThat(asked).contains(bad.address());

        assertThat(api.eligible().ejected()).as("one or two failed checks").isEmpty();
    }

    @Test
    void ourOwnExhaustionSaysNothingOfAPod() {
        Balancer api = pods(5, check.all());
        sick.put(api.eligible().backend(2).address(), new BindException("Cannot assign requested address"));

        time.advance(Duration.ofMinutes(5));

        assertThat(asked).hasSizeGreaterThan(100);
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void answersThatComeWhenThePodWasGoneInBetweenDoNotCount() {
        List<CompletableFuture<Void>> late = new ArrayList<>();
        Balancer api = pods(
                5,
                ActiveCheck.by((backend, timeout) -> {
                            if (!backend.getAddress().getHostAddress().equals(SampleService.address(4))) {
                                return CompletableFuture.completedStage(null);
                            }
                            late.add(new CompletableFuture<>());
                            return late.get(late.size() - 1);
                        })
                        .all());
        for (int times = 0; times < 4; times++) {
            time.advance(INTERVAL);
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 4));
            time.run();
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 5));
            time.run();
        }
        assertThat(late).hasSizeGreaterThanOrEqualTo(3);

        late.forEach(each -> each.completeExceptionally(new IOException("answered 503")));
        time.run();

        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(api.eligible().size()).isEqualTo(5);
    }

    @Test
    void aCheckThatAllPodsFailEjectsNobody() {
        Balancer api = pods(10, check.all());
        api.eligible().backends().forEach(pod -> sick.put(pod.address(), new IOException("answered 404")));

        for (int second = 0; second < 300; second++) {
            time.advance(Duration.ofSeconds(1));
            assertThat(api.eligible().ejected()).isEmpty();
        }
        assertThat(asked).hasSizeGreaterThan(200);
    }

    @Test
    void whoeverFailsHalfOfTheFleetStays() {
        Balancer api = pods(10, check.all().interval(Duration.ofSeconds(1)));
        for (int i = 0; i < 4; i++) {
            sick.put(api.eligible().backend(i).address(), new IOException("answered 503"));
        }
        api.eligible().backends().subList(4, 10).forEach(pod -> sick.remove(pod.address()));

        int most = 0;
        for (int second = 0; second < 30; second++) {
            time.advance(Duration.ofSeconds(1));
            most = Math.max(most, api.eligible().ejected().size());
        }
        assertThat(most).isBetween(1, 4);
    }

    @Test
    void refusedByAllChecksTheLastPodStays() {
        Balancer api = pods(5, check.all());
        api.eligible().backends().forEach(pod -> sick.put(pod.address(), new ConnectException("refused")));

        int most = 0;
        for (int second = 0; second < 300; second++) {
            time.advance(Duration.ofSeconds(1));
            most = Math.max(most, api.eligible().ejected().size());
        }
        assertThat(most).isBetween(1, 4);
    }

    @Test
    void aPodThatHasLeftIsNotAskedAnyMore() {
        pods(5, check.all());
        time.advance(INTERVAL.multipliedBy(2));
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 2));
        time.run();
        asked.clear();

        time.advance(INTERVAL.multipliedBy(10));

        assertThat(asked.stream().distinct()).hasSize(2);
    }

    @Test
    void otherServicesAreNotAsked() {
        pods(5, check);
        Onehop other = builder()
                .activeCheck(
                        port -> port.service().name().equals("other"),
                        ActiveCheck.by(this::answer).all())
                .build();
        other.balancer("api.shop:80");
        time.advance(INTERVAL.multipliedBy(3));

        assertThat(asked).isEmpty();
        other.close();
    }

    @Test
    void checksOfABackendOnTrialAreCountedAsAllOthers() throws Exception {
        Balancer api = pods(5, check);
        Backend dead = ejectHard(api);
        sick.put(dead.address(), new ConnectException("Connection refused"));
        time.advance(Duration.ofSeconds(4));
        long failed = asked.size();

        sick.clear();
        time.advance(Duration.ofSeconds(10));

        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(failed).isPositive();
        assertThat(api.tally().checksFailed()).isEqualTo(failed);
        assertThat(api.tally().checksPassed()).isEqualTo(asked.size() - failed).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aProbeThatThrowsHasFailed() {
        Balancer api = pods(
                5,
                ActiveCheck.by((backend, timeout) -> {
                            throw new IllegalStateException("not now");
                        })
                        .all());

        time.advance(INTERVAL.multipliedBy(10));

        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> check.interval(Duration.ZERO)).hasMessageContaining("interval: PT0S");
        assertThatThrownBy(() -> check.timeout(Duration.ofSeconds(5)))
                .hasMessageContaining("timeout: PT5S x healthy: 2");
        assertThatThrownBy(() -> check.healthy(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> check.unhealthy(0)).hasMessageContaining("at least 1");
    }

    private CompletionStage<Void> answer(InetSocketAddress backend, Duration timeout) {
        asked.add(backend);
        askedNanos.add(time.nanoTime());
        IOException failure = sick.get(backend);
        return failure == null ? CompletableFuture.completedStage(null) : CompletableFuture.failedStage(failure);
    }

    private Balancer pods(int count, ActiveCheck by) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        onehop = builder().activeCheck(by).build();
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        time.advance(Duration.ofSeconds(2)); // the initial wait's timer is over
        askedNanos.clear();
        asked.clear();
        return api;
    }

    private OnehopBuilder builder() {
        return Onehop.builder()
                .discovery(discovery)
                .meshDetection(false)
                .random(new Random(42))
                .loop(time);
    }

    private Backend ejectHard(Balancer api) throws NoBackendException {
        Backend dead = api.eligible().backend(0);
        Callers.refusedTwice(api, dead.podName().orElseThrow(), time);
        assertThat(api.eligible().ejected()).containsExactly(dead);
        asked.clear();
        return dead;
    }

    private Backend ejectSoft(Balancer api) {
        Backend bad = api.eligible().backend(0);
        for (int i = 0; i < 1_000 && api.eligible().ejected().isEmpty(); i++) {
            Attempt attempt = attempt(api);
            attempt.answered(attempt.backend().orElseThrow() == bad ? 503 : 200, false);
            time.advance(Duration.ofMillis(5));
        }
        assertThat(api.eligible().ejected()).containsExactly(bad);
        return bad;
    }

    private void answeredBadlyOnTrial(Balancer api, Backend bad, Duration after) {
        time.advance(after);
        trial(api, bad).answered(503, false);
        time.run();
        asked.clear();
    }

    private boolean takesTrial(Balancer api, Backend of) {
        time.run();
        try (Attempt attempt = attempt(api)) {
            return attempt.backend().orElseThrow() == of;
        }
    }

    private Attempt trial(Balancer api, Backend of) {
        time.run();
        Attempt attempt = attempt(api);
        assertThat(attempt.backend()).contains(of);
        return attempt;
    }

    private static Attempt attempt(Balancer api) {
        try {
            return api.attempt();
        } catch (NoBackendException e) {
            throw new AssertionError(e);
        }
    }
}
