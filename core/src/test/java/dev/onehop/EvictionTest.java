package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.Callers;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sick backends are set aside and return, seen from the door (reliability 2.3 to 2.9). */
class EvictionTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final PodsToProbe pods = new PodsToProbe();
    private final Onehop onehop = Onehop.builder()
            .discovery(discovery)
            .meshDetection(false)
            .loop(time)
            .prober(pods)
            .random(new SplittableRandom(11))
            .build();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void aFirstBrokenHandshakeMakesOthersComeFirstForOneToThreeSeconds() throws Exception {
        Balancer api = fleet(5);
        Callers.attemptOn(api, "pod-0").failed(Signal.TLS_HANDSHAKE);

        assertThat(picks(api, 500)).doesNotContainKey("pod-0").hasSize(4);
        assertThat(api.eligible().ejected()).isEmpty();
        time.advance(SECOND.minusMillis(1));
        assertThat(picks(api, 500)).doesNotContainKey("pod-0");
        time.advance(Duration.ofMillis(2_001));
        assertThat(picks(api, 500)).containsKey("pod-0");
        assertThat(pods.probes()).as("a bare connect would say nothing").isEmpty();
    }

    @Test
    void aFirstRefusalIsLookedIntoWithinASecondAndNoSecondCallerMeetsADeadPod() throws Exception {
        Balancer api = fleet(5);
        pods.refuse("10.244.0.1");
        refuse(api, "pod-0");

        time.advance(Duration.ofMillis(499));
        assertThat(pods.probes()).as("what a listener gets to restart").isEmpty();
        assertThat(picks(api, 500)).doesNotContainKey("pod-0");
        time.advance(Duration.ofMillis(501));
        assertThat(pods.probes()).containsExactly("10.244.0.1");
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");
    }

    @Test
    void aSuspicionThatWasWrongEndsWithinASecond() throws Exception {
        Balancer api = fleet(5);
        refuse(api, "pod-0");

        time.advance(SECOND);

        assertThat(pods.probes()).containsExactly("10.244.0.1");
        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(picks(api, 500)).containsKey("pod-0");
    }

    @Test
    void aSuspectStaysSoUntilItIsKnownWhetherItListens() throws Exception {
        Balancer api = fleet(5);
        pods.swallow("10.244.0.1");
        Callers.attemptOn(api, "pod-0").failed(Signal.CONNECT_TIMEOUT);

        for (int i = 0; i < 15; i++) { // looked into after a second at the latest, which takes up to a second
            time.advance(Duration.ofMillis(100));
            assertThat(picks(api, 100)).doesNotContainKey("pod-0");
        }
        pods.answerTimedOut();
        time.run();
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");
    }

    @Test
    void whenOurOwnFilesRunOutWhileLookingNobodyIsEjected() throws Exception {
        Balancer api = fleet(5);
        pods.exhaust();
        refuse(api, "pod-0");

        time.advance(SECOND);

        assertThat(pods.probes()).hasSize(1);
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void s22_aThousandStrangeAddressesCostAtMostSixtyConnectsOfOursInAMinute() throws Exception {
        Balancer api = fleet(1_000);
        for (int i = 0; i < 1_000; i++) {
            pods.refuse(SampleService.address(i));
        }
        int before = 0;
        for (int minute = 1; minute <= 3; minute++) {
            for (int i = 0; i < 6_000; i++) {
                api.attempt().failed(new ConnectException("Connection refused"));
                time.advance(Duration.ofMillis(10));
            }
            assertThat(pods.probes().size() - before).as("minute " + minute).isBetween(35, minute == 1 ? 60 : 41);
            before = pods.probes().size();
        }
    }

    @Test
    void aConnectThatSucceedsEndsTheSuspicion() throws Exception {
        Balancer api = fleet(2);
        refuse(api, "pod-0");

        backend(api, "pod-0").connected();

        assertThat(picks(api, 100)).containsKey("pod-0");
    }

    @Test
    void amongTheCandidatesOfAClientThatTriesThemItselfTheSuspectComeAfterTheCleanAndTheEjectedLast() throws Exception {
        Balancer api = fleet(6);
        eject(api, "pod-0");
        refuse(api, "pod-1");
        refuse(api, "pod-2");

        for (int i = 0; i < 50; i++) {
            List<String> order = api.candidates(6).stream()
                    .map(InetSocketAddress::getAddress)
                    .map(address -> "pod-" + (address.getAddress()[3] - 1))
                    .toList();
            assertThat(order).hasSize(6).doesNotHaveDuplicates();
            assertThat(order.subList(0, 3)).containsExactlyInAnyOrder("pod-3", "pod-4", "pod-5");
            assertThat(order.subList(3, 5)).containsExactlyInAnyOrder("pod-1", "pod-2");
            assertThat(order.get(5)).isEqualTo("pod-0");
        }
    }

    @Test
    void whereAllAreSuspectAllArePicked() throws Exception {
        Balancer api = fleet(3);
        for (int i = 0; i < 3; i++) {
            api.eligible().backend(i).suspect(time.nanoTime(), 0);
        }

        assertThat(picks(api, 300)).hasSize(3);
    }

    @Test
    void f07_aPodThatRefusesForAMinuteCostsCallersOneConnectAndUsSevenProbesAtMost() throws Exception {
        Balancer api = fleet(10);
        pods.refuse("10.244.0.1");
        int refusals = 0;
        for (int i = 0; i < 60_000; i++) { // 1,000 connects a second
            Attempt attempt = api.attempt();
            if (name(attempt).equals("pod-0")) {
                refusals++;
                attempt.failed(new ConnectException("Connection refused"));
            } else {
                attempt.connected();
                attempt.succeeded();
            }
            time.advance(Duration.ofMillis(1));
        }

        assertThat(refusals).isEqualTo(1);
        assertThat(pods.probes()).as("one to look, then at 1, 3, 7, 15, 31 s").hasSizeBetween(6, 7);
        pods.listen("10.244.0.1");
        time.advance(Duration.ofSeconds(36));
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void aBackendThatIsBackGetsATenthOfItsShareAndThenAllOfItWithinTenSeconds() throws Exception {
        Balancer api = fleet(10);
        eject(api, "pod-0");
        time.advance(Duration.ofMillis(1_201));
        assertThat(api.eligible().ejected()).isEmpty();

        assertThat(picks(api, 10_000).get("pod-0")).isLessThan(350);
        time.advance(Duration.ofSeconds(10));
        assertThat(picks(api, 10_000).get("pod-0")).isBetween(850, 1_150);
        assertThat(api.eligible().isRamping()).isFalse();
    }

    @Test
    void ofTwoTheOneThatIsBackGetsItsFullShareAtOnce() throws Exception {
        Balancer api = fleet(2);
        eject(api, "pod-0");
        time.advance(Duration.ofMillis(1_201));

        assertThat(picks(api, 1_000).get("pod-0")).isBetween(400, 600);
    }

    @Test
    void f24_aPodThatAnswers503IsEjectedAfterFiveAndReturnsByTwoGoodRequests() throws Exception {
        Balancer api = fleet(5);
        assertThat(answers(api, "pod-0", 503, 4_000)).as("bad answers seen").isLessThanOrEqualTo(5);
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");

        time.advance(Duration.ofSeconds(12));
        assertThat(answers(api, "pod-0", 503, 1_000)).as("one request tries it").isEqualTo(1);
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");

        time.advance(Duration.ofSeconds(24));
        Attempt trial = api.attempt();
        assertThat(name(trial)).isEqualTo("pod-0");
        assertThat(picks(api, 100)).as("one at a time").doesNotContainKey("pod-0");
        trial.answered(200, false);
        time.run();
        Attempt second = api.attempt();
        assertThat(name(second)).isEqualTo("pod-0");
        second.answered(404, false);
        time.run();
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void f43_aTrialThatSaysNothingMakesRoomForTheNextAtOnce() throws Exception {
        Balancer api = fleet(5);
        answers(api, "pod-0", 503, 4_000);
        time.advance(Duration.ofSeconds(12));

        for (int i = 0; i < 5; i++) {
            Attempt trial = api.attempt();
            assertThat(name(trial)).isEqualTo("pod-0");
            trial.close();
            time.run();
        }
    }

    @Test
    void f42_aTrialThatIsNeverEndedIsLostAfterTenSeconds() throws Exception {
        Balancer api = fleet(5);
        answers(api, "pod-0", 503, 4_000);
        time.advance(Duration.ofSeconds(12));
        Attempt lost = api.attempt();
        assertThat(name(lost)).isEqualTo("pod-0");

        time.advance(Duration.ofSeconds(10));
        assertThat(picks(api, 100)).doesNotContainKey("pod-0");
        time.advance(Duration.ofSeconds(12));
        assertThat(name(api.attempt())).as("tried again").isEqualTo("pod-0");
        lost.succeeded();
        time.run();
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");
    }

    @Test
    void f23_aPodThatFailsATenthOfItsRequestsIsNotEjected() throws Exception {
        Balancer api = fleet(5);
        for (int i = 0; i < 10_000; i++) {
            api.attempt().answered(i % 10 == 0 ? 500 : 200, false);
            time.advance(Duration.ofMillis(1));
        }
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void f25_whereAllPodsAnswerBadlyNobodyIsEjectedAndLoadStaysEven() throws Exception {
        Balancer api = fleet(10);
        for (int i = 0; i < 5_000; i++) {
            api.attempt().answered(503, false);
            time.advance(Duration.ofMillis(1));
        }

        assertThat(api.eligible().ejected()).isEmpty();
        Map<String, Integer> share = picks(api, 10_000);
        assertThat(share)
                .hasSize(10)
                .allSatisfy((pod, picks) -> assertThat(picks).isBetween(850, 1_150));
    }

    @Test
    void aFleetThatIsReplacedDoesNotShareTheFateOfTheOneBefore() throws Exception {
        var panics = new ArrayList<OnehopEvent>();
        onehop.listen(event -> {
            if (event instanceof OnehopEvent.PanicBegan) {
                panics.add(event);
            }
        });
        Balancer api = fleet(10);
        for (int i = 0; i < 1_000; i++) {
            Attempt attempt = api.attempt();
            boolean sick = List.of("pod-0", "pod-1").contains(name(attempt));
            attempt.answered(sick ? 503 : 200, false);
            time.advance(Duration.ofMillis(1));
        }
        assertThat(names(api.eligible().ejected())).containsExactlyInAnyOrder("pod-0", "pod-1");

        discovery.set(SampleService.service(), SampleService.slice("api-1", 10, 20));
        time.run();

        assertThat(api.eligible().size()).isEqualTo(10);
        assertThat(panics)
                .as("two of the pods that have left are no half of a fleet")
                .isEmpty();
    }

    @Test
    void f27_aPodThatAsksForLessIsNotEjected() throws Exception {
        Balancer api = fleet(5);
        for (int i = 0; i < 1_000; i++) {
            api.attempt().answered(429, true);
        }
        time.run();
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void f27_aPodThatAsksForTwoSecondsOfRestGetsATenthOfItsShareAndThenAllOfIt() throws Exception {
        for (PickPolicy policy : List.of(PickPolicy.random(), PickPolicy.roundRobin())) {
            Balancer api = fleet(5, policy);
            attemptOn(api, "pod-0").answered(429, SECOND.multipliedBy(2));
            time.run();

            int picked = 0;
            for (int i = 0; i < 20_000; i++) { // in the two seconds; pod-0 answers 429 without a time to all it gets
                Attempt attempt = api.attempt();
                boolean busy = name(attempt).equals("pod-0");
                picked += busy ? 1 : 0;
                attempt.answered(busy ? 429 : 200, busy && i < 10_000);
                time.advance(Duration.ofNanos(99_000));
            }
            assertThat(picked).as("a tenth of a fifth of 20,000, and 4 sigma").isBetween(320, 480);
            assertThat(api.eligible().ejected()).isEmpty();

            time.advance(Duration.ofSeconds(2));
            assertThat(picks(api, 10_000).get("pod-0")).isBetween(1_840, 2_160);
            time.advance(Duration.ofSeconds(10));
            assertThat(api.eligible().isRamping()).isFalse();
        }
    }

    @Test
    void f27_whereAllAskForLessSharesStayEvenAndNobodyIsRefused() throws Exception {
        Balancer api = fleet(5);
        for (int i = 0; i < 5; i++) {
            attemptOn(api, "pod-" + i).answered(503, Duration.ofSeconds(60));
        }
        time.run();

        assertThat(picks(api, 10_000))
                .hasSize(5)
                .allSatisfy((pod, picks) -> assertThat(picks).isBetween(1_840, 2_160));
        time.advance(Duration.ofSeconds(30));
        assertThat(backend(api, "pod-0").weight(time.nanoTime()))
                .as("30 s at most")
                .isEqualTo(1);
    }

    @Test
    void f27_aPodThatDoesNotSayForHowLongRestsForASecond() throws Exception {
        Balancer api = fleet(5);
        attemptOn(api, "pod-0").failed(Signal.BUSY); // as gRPC's RESOURCE_EXHAUSTED
        time.run();

        assertThat(picks(api, 1_000).getOrDefault("pod-0", 0)).isLessThan(50);
        time.advance(SECOND);
        assertThat(picks(api, 1_000).get("pod-0")).isBetween(150, 250);
    }

    @Test
    void f28_callersThatGiveUpEjectNobody() throws Exception {
        Balancer api = fleet(5);
        for (int i = 0; i < 1_000; i++) {
            api.attempt().failed(Signal.GIVEN_UP);
            api.attempt().close();
        }
        time.run();
        assertThat(api.eligible().ejected()).isEmpty();
        assertThat(api.eligible().backends())
                .allSatisfy(pod -> assertThat(pod.inFlight()).isZero());
    }

    @Test
    void f29_impatientCallersEjectNobodyAndPatientOnesDo() throws Exception {
        Balancer api = fleet(5);
        timeouts(api, Duration.ofMillis(20));
        assertThat(api.eligible().ejected()).isEmpty();

        timeouts(api, Duration.ofMillis(100));
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");
    }

    @Test
    void f31_changesOfOtherPodsNeitherHinderNorUndoAnEjection() throws Exception {
        Balancer api = fleet(5);
        pods.refuse("10.244.0.1");
        refuse(api, "pod-0");
        time.advance(Duration.ofMillis(499));
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 6));
        time.advance(Duration.ofMillis(501));
        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");

        for (int i = 0; i < 300; i++) {
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 5 + i % 3));
            time.advance(Duration.ofMillis(200));
            assertThat(names(api.eligible().ejected())).containsExactly("pod-0");
        }
    }

    @Test
    void f35_endingsOfRequestsFromBeforeChangeNothing() throws Exception {
        Balancer api = fleet(5);
        List<Attempt> old = new ArrayList<>();
        while (old.size() < 50) {
            Attempt attempt = api.attempt();
            if (name(attempt).equals("pod-0")) {
                old.add(attempt);
            }
        }
        answers(api, "pod-0", 503, 4_000);
        time.advance(Duration.ofSeconds(12));

        old.subList(0, 25).forEach(Attempt::succeeded);
        old.subList(25, 50).forEach(attempt -> attempt.answered(503, false));
        time.run();

        assertThat(names(api.eligible().ejected())).containsExactly("pod-0");
        assertThat(name(api.attempt())).as("the trial's place is still there").isEqualTo("pod-0");
    }

    @Test
    void f36_aLonePodIsNeverEjected() throws Exception {
        Balancer api = fleet(1);
        for (int i = 0; i < 100; i++) {
            api.attempt().failed(new ConnectException("Connection refused"));
            time.advance(Duration.ofMillis(100));
            assertThat(api.eligible().size()).isEqualTo(1);
        }
        for (int i = 0; i < 100; i++) {
            api.attempt().answered(503, false);
        }
        time.run();
        assertThat(api.eligible().size()).isEqualTo(1);
        assertThat(api.eligible().ejected()).isEmpty();
    }

    @Test
    void f41_theWallClockPlaysNoPart() throws Exception {
        // Everything above runs on ManualTime alone: an ejection ends by it while the wall's clock stands still.
        Balancer api = fleet(3);
        eject(api, "pod-0");
        time.advance(Duration.ofMillis(1_201));
        assertThat(api.eligible().ejected()).isEmpty();
    }

    private Balancer fleet(int count) {
        return fleet(count, onehop);
    }

    private Balancer fleet(int count, PickPolicy policy) {
        return fleet(
                count,
                PushedOnehop.builder(discovery, time, new SplittableRandom(11))
                        .policy(policy)
                        .build());
    }

    private Balancer fleet(int count, Onehop of) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        Balancer api = of.balancer("api.shop:80");
        time.run();
        return api;
    }

    private static Attempt attemptOn(Balancer api, String pod) throws NoBackendException {
        for (int i = 0; i < 10_000; i++) {
            Attempt attempt = api.attempt();
            if (name(attempt).equals(pod)) {
                return attempt;
            }
            attempt.close();
        }
        throw new AssertionError(pod + " was not picked in 10,000 attempts");
    }

    private void eject(Balancer api, String pod) throws NoBackendException {
        Callers.refusedTwice(api, pod, time);
        assertThat(names(api.eligible().ejected())).containsExactly(pod);
    }

    private static void refuse(Balancer api, String pod) throws NoBackendException {
        Callers.refused(api, pod);
    }

    /** Every request on {@code pod} is answered with {@code status}, the others with 200; gives how many were. */
    private int answers(Balancer api, String pod, int status, int requests) throws NoBackendException {
        int seen = 0;
        for (int i = 0; i < requests; i++) {
            Attempt attempt = api.attempt();
            boolean bad = name(attempt).equals(pod);
            seen += bad ? 1 : 0;
            attempt.answered(bad ? status : 200, false);
            time.advance(Duration.ofMillis(1));
        }
        return seen;
    }

    private void timeouts(Balancer api, Duration patience) throws NoBackendException {
        for (int i = 0; i < 200; i++) {
            Attempt attempt = api.attempt();
            if (name(attempt).equals("pod-0")) {
                time.advance(patience);
                attempt.failed(Signal.RESPONSE_TIMEOUT);
            } else {
                attempt.succeeded();
            }
        }
        time.run();
    }

    private static Map<String, Integer> picks(Balancer api, int count) throws NoBackendException {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            try (Attempt attempt = api.attempt()) {
                picks.merge(name(attempt), 1, Integer::sum);
            }
        }
        return picks;
    }

    private static String name(Attempt attempt) {
        return attempt.backend().flatMap(Backend::podName).orElse("");
    }

    private static List<String> names(List<Backend> backends) {
        return backends.stream().map(pod -> pod.podName().orElseThrow()).toList();
    }

    private static Backend backend(Balancer api, String pod) {
        return api.eligible().backends().stream()
                .filter(each -> each.podName().orElseThrow().equals(pod))
                .findFirst()
                .orElseThrow();
    }

    /** Pods that listen or refuse, as told; notes who was probed. */
    private static final class PodsToProbe implements Prober {
        private final List<String> refusing = new ArrayList<>();
        private final List<String> swallowing = new ArrayList<>();
        private final List<String> probes = new ArrayList<>();
        private final List<CompletableFuture<Void>> unanswered = new ArrayList<>();
        private boolean exhausted;

        void refuse(String ip) {
            refusing.add(ip);
        }

        void listen(String ip) {
            refusing.remove(ip);
        }

        void swallow(String ip) {
            swallowing.add(ip);
        }

        void answerTimedOut() {
            unanswered.forEach(each -> each.completeExceptionally(new SocketTimeoutException("Connect timed out")));
        }

        void exhaust() {
            exhausted = true;
        }

        List<String> probes() {
            return probes;
        }

        @Override
        public CompletionStage<Void> connect(InetSocketAddress address, Duration timeout) {
            String ip = address.getAddress().getHostAddress();
            probes.add(ip);
            if (exhausted) {
                return CompletableFuture.failedStage(new SocketException("Too many open files"));
            }
            if (swallowing.contains(ip)) {
                var never = new CompletableFuture<Void>();
                unanswered.add(never);
                return never;
            }
            return refusing.contains(ip)
                    ? CompletableFuture.failedStage(new ConnectException("Connection refused"))
                    : CompletableFuture.completedStage(null);
        }
    }
}
