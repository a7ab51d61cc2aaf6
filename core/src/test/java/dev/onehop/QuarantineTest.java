package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.service.Endpoint;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pods whose certificates are not accepted (reliability 2.3), in pushed time. */
class QuarantineTest {

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final List<OnehopEvent> events = new ArrayList<>();
    private final Onehop onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(11))
            .listener(events::add)
            .build();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void oneFailureSetsAPodAside() throws Exception {
        Balancer api = fleet(5);
        distrust(api, "pod-0");

        assertThat(names(api)).containsExactly("pod-1", "pod-2", "pod-3", "pod-4");
        assertThat(api.tally().quarantined().values()).containsExactly("not api.shop");
        assertThat(events).hasAtLeastOneElementOfType(OnehopEvent.Quarantined.class);
        assertThat(api.eligible().ejected()).isEmpty();
        time.advance(Duration.ofHours(1));
        assertThat(names(api)).doesNotContain("pod-0");
    }

    @Test
    void aPodThatIsSetAsideIsNoFailoverEither() throws Exception {
        Balancer api = fleet(3);
        distrust(api, "pod-0");
        Set<String> dialled = new HashSet<>();

        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
                dialled.add(name(attempt));
                throw new ConnectException("Connection refused");
            }));
            time.advance(Duration.ofSeconds(1));
        }

        assertThat(dialled).containsExactlyInAnyOrder("pod-1", "pod-2");
    }

    @Test
    void theCallThatFindsOutGoesToAnotherPod() throws Exception {
        Balancer api = fleet(2);

        for (int i = 0; i < 20; i++) {
            String reached = api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
                if (name(attempt).equals("pod-0")) {
                    throw new SSLPeerUnverifiedException("not api.shop");
                }
                return name(attempt);
            });
            assertThat(reached).isEqualTo("pod-1");
        }
    }

    @Test
    void halfOfThoseTriedAreNotWrongButWeAre() throws Exception {
        Balancer api = fleet(5);
        succeed(api, "pod-4");
        distrust(api, "pod-0");
        assertThat(names(api)).hasSize(4);
        distrust(api, "pod-1"); // two of three

        assertThat(names(api)).hasSize(5);
        assertThat(api.tally().quarantined()).isEmpty();
        assertThat(api.tally().trustDoubts()).isEqualTo(1);

        distrust(api, "pod-2");
        distrust(api, "pod-3");
        assertThat(names(api)).hasSize(5);
        assertThat(events.stream().filter(OnehopEvent.TrustDoubted.class::isInstance))
                .hasSize(1);
    }

    @Test
    void onlyThoseTriedWithinThirtySecondsAreCompared() throws Exception {
        Balancer api = fleet(10);
        for (int i = 0; i < 10; i++) {
            succeed(api, "pod-" + i);
        }
        distrust(api, "pod-0");
        distrust(api, "pod-1");
        assertThat(names(api)).as("two of ten are two wrong pods").hasSize(8);

        time.advance(Duration.ofSeconds(30));
        distrust(api, "pod-2");
        assertThat(names(api)).as("one of one, but not the only pod").hasSize(7);
        distrust(api, "pod-3");
        assertThat(names(api)).as("two of two are us").hasSize(10);
    }

    @Test
    void aLonePodIsNotSetAside() throws Exception {
        Balancer api = fleet(1);
        distrust(api, "pod-0");

        assertThat(names(api)).containsExactly("pod-0");
    }

    @Test
    void whoIsLeftAloneIsUsedAgain() throws Exception {
        Balancer api = fleet(3);
        distrust(api, "pod-0");
        time.advance(Duration.ofMinutes(1));
        publish(List.of(SampleService.pod(0)));

        assertThat(names(api)).containsExactly("pod-0");
        assertThat(api.tally().quarantined()).isEmpty();
    }

    @Test
    void itIsThePodThatIsSetAsideAndNotItsAddress() throws Exception {
        Balancer api = fleet(3);
        distrust(api, "pod-0");

        publish(pods(1, 3));
        time.advance(Duration.ofMinutes(10));
        publish(pods(0, 3));
        assertThat(names(api)).as("the same pod, ready again").containsExactly("pod-1", "pod-2");

        List<Endpoint> replaced = new ArrayList<>(pods(1, 3));
        replaced.add(Endpoint.builder(SampleService.address(0))
                .conditions(true, true, false)
                .pod("pod-new", "uid-new")
                .build());
        publish(replaced);
        assertThat(names(api)).containsExactly("pod-1", "pod-2", "pod-new");
    }

    @Test
    void whatIsFoundOutOfAPodThatHasLeftSetsNobodyAside() throws Exception {
        Balancer api = fleet(3);
        Attempt open = attemptOn(api, "pod-0");
        publish(pods(1, 3));
        open.failed(new SSLPeerUnverifiedException("not api.shop"));
        time.run();

        assertThat(events).doesNotHaveAnyElementsOfTypes(OnehopEvent.Quarantined.class);
        publish(pods(0, 3));
        assertThat(names(api)).containsExactly("pod-0", "pod-1", "pod-2");
    }

    @Test
    void aThousandIncarnationsAreRememberedAndTheFirstIsForgottenFirst() throws Exception {
        Balancer api = fleet(3);
        Endpoint first = incarnation(0);
        for (int i = 0; i <= 1_000; i++) {
            publish(List.of(SampleService.pod(1), SampleService.pod(2), incarnation(i)));
            distrust(api, "pod-0");
            assertThat(names(api)).containsExactly("pod-1", "pod-2");
        }

        publish(List.of(SampleService.pod(1), SampleService.pod(2), incarnation(1)));
        assertThat(names(api)).as("the second").containsExactly("pod-1", "pod-2");
        publish(List.of(SampleService.pod(1), SampleService.pod(2), first));
        assertThat(names(api)).as("the first").containsExactly("pod-0", "pod-1", "pod-2");
    }

    private static Endpoint incarnation(int number) {
        return Endpoint.builder(SampleService.address(0))
                .conditions(true, true, false)
                .pod("pod-0", "uid-0-" + number)
                .build();
    }

    @Test
    void whoeverReturnsToAnAddressWithoutUidBeginsClean() throws Exception {
        Balancer api = fleet(3);
        Endpoint withoutUid = Endpoint.builder("10.244.9.9").build();
        List<Endpoint> all = new ArrayList<>(pods(0, 3));
        all.add(withoutUid);
        publish(all);
        attemptAt(api, "10.244.9.9").failed(new SSLPeerUnverifiedException("not api.shop"));
        time.run();
        assertThat(api.eligible().size()).isEqualTo(3);

        publish(pods(0, 3));
        publish(all);
        assertThat(api.eligible().size()).isEqualTo(4);
    }

    @Test
    void thoseSetAsideDoNotCountWhenTheFleetsLimitsAreReckoned() throws Exception {
        Balancer api = fleet(3);
        distrust(api, "pod-0");
        for (int i = 0; i < 10; i++) {
            api.attempt().failed(Signal.CONNECT_REFUSED);
            time.advance(Duration.ofMillis(100));
            assertThat(names(api)).as("one of two is left").isNotEmpty().doesNotContain("pod-0");
            assertThat(api.eligible().failedOpen()).isFalse();
        }
        assertThat(names(api)).hasSize(1);
    }

    @Test
    void whereAPodRefusesOurCertificateNobodyIsSetAsideAndNobodyElseIsTried() throws Exception {
        Balancer api = fleet(5);
        List<String> dialled = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
                        dialled.add(name(attempt));
                        throw new SSLHandshakeException("Received fatal alert: bad_certificate");
                    }))
                    .isInstanceOf(SSLHandshakeException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        }
        time.run();

        assertThat(dialled).hasSize(50);
        assertThat(names(api)).hasSize(5);
        assertThat(api.tally().failed(Signal.TLS_CLIENT_REFUSED)).isEqualTo(50);
    }

    private Balancer fleet(int count) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, count));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        return api;
    }

    private void publish(List<Endpoint> endpoints) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", endpoints));
        time.run();
    }

    private static List<Endpoint> pods(int from, int until) {
        return IntStream.range(from, until).mapToObj(SampleService::pod).toList();
    }

    private void distrust(Balancer api, String pod) throws NoBackendException {
        attemptOn(api, pod).failed(new SSLPeerUnverifiedException("not api.shop"));
        time.run();
    }

    private void succeed(Balancer api, String pod) throws NoBackendException {
        attemptOn(api, pod).succeeded();
    }

    private Attempt attemptOn(Balancer api, String pod) throws NoBackendException {
        return attemptAt(api, SampleService.address(Integer.parseInt(pod.substring(pod.indexOf('-') + 1))));
    }

    private Attempt attemptAt(Balancer api, String ip) throws NoBackendException {
        for (int i = 0; i < 10_000; i++) {
            Attempt attempt = api.attempt();
            if (attempt.address().getAddress().getHostAddress().equals(ip)) {
                return attempt;
            }
            attempt.close();
            if (i == 5_000) {
                time.advance(Duration.ofSeconds(3)); // nobody is suspect any more
            }
        }
        throw new AssertionError(ip + " was not picked in 10,000 attempts");
    }

    private static String name(Attempt attempt) {
        return attempt.backend().flatMap(Backend::podName).orElse("");
    }

    private static List<String> names(Balancer api) {
        return api.eligible().backends().stream()
                .map(pod -> pod.podName().orElseThrow())
                .sorted()
                .toList();
    }
}
