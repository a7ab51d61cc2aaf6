package dev.onehop.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What one call does, and what many at once do: F-12 to F-14, F-22, F-47, F-48, F-52. */
class CallsTest {

    @Test
    void f12_aCallDialsADeadFleetsPodsOnceEach() throws Exception {
        try (Fleet fleet = Fleet.of(5)) {
            fleet.pods(5).forEach(fleet::stopGracefully);
            assertThatThrownBy(() -> fleet.api().connect(Duration.ofSeconds(3), fleet::dial))
                    .isInstanceOf(ConnectException.class);
            long refused = fleet.syns();
            assertThat(refused).isLessThanOrEqualTo(5);
            assertThat(fleet.pods(5))
                    .allSatisfy(pod -> assertThat(fleet.syns(pod)).isLessThanOrEqualTo(1));

            fleet.forget();
            fleet.pods(5).forEach(LoopbackPod::blackHole);
            assertThatThrownBy(() -> fleet.api().connect(Duration.ofSeconds(1), fleet::dial))
                    .isInstanceOf(SocketTimeoutException.class);
            long swallowed = fleet.syns();
            Figure.print(
                    "F-12",
                    "one call, all of 5 refuse; all of 5 swallow SYNs (core alone, no client)",
                    "%d connects, no pod twice; %d connects, no pod twice",
                    refused,
                    swallowed);
            assertThat(swallowed).isLessThanOrEqualTo(3);
            assertThat(fleet.pods(5))
                    .allSatisfy(pod -> assertThat(fleet.syns(pod)).isLessThanOrEqualTo(1));
        }
    }

    @Test
    void f13_badAnswersAreNotTriedElsewhere() throws Exception {
        try (Fleet fleet = Fleet.of(5)) {
            fleet.pods(5).forEach(pod -> pod.answering(request -> PodResponse.of(503, "no")));
            Outcome answered = Load.of(fleet, 300).during(2_000).end();
            long syns = fleet.syns();
            fleet.pods(5).forEach(LoopbackPod::resetAfterRequest);
            Outcome reset = Load.of(fleet, 300).during(1_000).end();
            long more = fleet.syns() - syns;

            Figure.print(
                    "F-13",
                    "all of 5 answer 503, then reset every request",
                    "%d connects for %d calls, then %d for %d; %d ejected at most; %s",
                    syns,
                    answered.calls().size(),
                    more,
                    reset.calls().size(),
                    fleet.snapshots().most(),
                    answered.load());
            assertThat(syns).isEqualTo(answered.calls().size());
            assertThat(more).isEqualTo(reset.calls().size());
            assertThat(answered.failed()).isEqualTo(answered.calls().size());
            assertThat(reset.failed()).isEqualTo(reset.calls().size());
            assertThat(fleet.snapshots().broken()).isEmpty();
            assertThat(fleet.api().eligible().ejected()).isEmpty();
        }
    }

    @Test
    void f14_aCallOfThreeHundredMillisecondsEndsInTimeWhateverSwallowsItsSyns() throws Exception {
        try (Fleet fleet = Fleet.of(3);
                Stalls stalls = Stalls.watched()) {
            fleet.pods(2).forEach(LoopbackPod::blackHole);
            List<Duration> found = times(fleet, 200);
            fleet.pod(2).blackHole();
            List<Duration> lost = times(fleet, 200);

            Duration slowestFound = found.get(found.size() - 1);
            Duration slowest = lost.get(lost.size() - 1);
            long early = lost.stream()
                    .filter(took -> took.compareTo(Duration.ofMillis(280)) < 0)
                    .count();
            Figure.print(
                    "F-14",
                    "calls of 300 ms; 2 of 3, then 3 of 3 swallow SYNs; 200 calls each, 20 at a time",
                    "max %d ms; %d ended early, p50 %d, max %d ms; this machine stalled %d ms",
                    slowestFound.toMillis(),
                    early,
                    lost.get(lost.size() / 2).toMillis(),
                    slowest.toMillis(),
                    stalls.worst().toMillis());
            stalls.assumeFit(Duration.ofMillis(50)); // else not fit for deadlines of 300 ms
            Duration late = Duration.ofMillis(350).plus(stalls.worst());
            assertThat(slowestFound).isLessThanOrEqualTo(late);
            assertThat(slowest).isBetween(Duration.ofMillis(280), late);
            assertThat(early).as("those under way when the outage began").isLessThanOrEqualTo(40);
        }
    }

    /** How long calls of 300 ms take, sorted. */
    private static List<Duration> times(Fleet fleet, int calls) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(20);
        try {
            List<Future<Duration>> running = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                running.add(callers.submit(() -> {
                    long began = System.nanoTime();
                    try (Socket socket = fleet.api().connect(Duration.ofMillis(300), fleet::dial)) {
                        socket.shutdownOutput();
                    } catch (SocketTimeoutException expected) {
                        // its time is over
                    }
                    return Duration.ofNanos(System.nanoTime() - began);
                }));
            }
            List<Duration> times = new ArrayList<>();
            for (Future<Duration> call : running) {
                times.add(call.get(30, TimeUnit.SECONDS));
            }
            return times.stream().sorted().toList();
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void f22_whereOurOwnFilesRunOutNoPodIsBlamedAndNoOtherIsTried() {
        try (Fleet fleet = Fleet.of(5)) {
            var dials = new AtomicInteger();
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> fleet.api().connect(Duration.ofSeconds(1), (attempt, timeout) -> {
                            String why = dials.getAndIncrement() % 2 == 0
                                    ? "Too many open files"
                                    : "Cannot assign requested address";
                            throw new SocketException(why);
                        }))
                        .isInstanceOf(SocketException.class);
            }
            Figure.print(
                    "F-22",
                    "1,000 calls without files or ports left",
                    "%d ejections, %d dials, %d probes",
                    fleet.snapshots().ejections(),
                    dials.get(),
                    fleet.probes().all());
            assertThat(fleet.snapshots().ejections()).isZero();
            assertThat(dials).hasValue(1_000);
            assertThat(fleet.api().eligible().backends())
                    .allSatisfy(pod -> assertThat(pod.inFlight()).isZero());
        }
    }

    @Test
    void f47_ofTwoThousandConnectsAtOnceNoneFailsForOneDeadPodOfFifty() throws Exception {
        try (Fleet fleet = Fleet.of(50)) {
            LoopbackPod dead = fleet.pod(7);
            fleet.stopGracefully(dead);
            var toDead = new AtomicInteger();
            var gate = new CompletableFuture<Void>(); // nobody dials before all have picked
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                calls.add(fleet.api()
                        .connectAsync(Duration.ofSeconds(20), (attempt, timeout) -> {
                            if (attempt.address().equals(dead.address())) {
                                toDead.incrementAndGet();
                            }
                            return gate.thenCompose(open -> dial(attempt));
                        })
                        .thenAccept(CallsTest::hangUp));
            }
            int picked = toDead.get();
            gate.complete(null);
            int failed = 0;
            for (CompletableFuture<Void> call : calls) {
                failed +=
                        call.handle((done, failure) -> failure == null ? 0 : 1).get(30, TimeUnit.SECONDS);
            }
            Figure.print(
                    "F-47",
                    "2,000 connects at once, 1 of 50 refuses",
                    "%d failed; %d connects to the dead pod, %d of them before anything was known",
                    failed,
                    toDead.get(),
                    picked);
            assertThat(failed).isZero();
            assertThat(toDead.get()).isBetween(1, 75);
        }
    }

    private static CompletionStage<AsynchronousSocketChannel> dial(Attempt attempt) {
        var connected = new CompletableFuture<AsynchronousSocketChannel>();
        AsynchronousSocketChannel channel;
        try {
            channel = AsynchronousSocketChannel.open();
        } catch (IOException e) {
            return CompletableFuture.failedStage(e);
        }
        channel.connect(attempt.address(), attempt, new CompletionHandler<Void, Attempt>() {
            @Override
            public void completed(Void nothing, Attempt of) {
                of.succeeded();
                connected.complete(channel);
            }

            @Override
            public void failed(Throwable failure, Attempt of) {
                hangUp(channel);
                connected.completeExceptionally(failure);
            }
        });
        return connected;
    }

    private static void hangUp(AsynchronousSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void f48_aWrongPortEjectsAllButOneAndTheErrorNamesIt() throws Exception {
        try (Fleet fleet = Fleet.of(10)) {
            int wrong = unused();
            fleet.publishAtPort(wrong);
            await().until(() -> fleet.api().eligible().backend(0).key().port() == wrong);
            Load load = Load.of(fleet, 300).during(3_000);
            Outcome outcome = load.end();
            int before = outcome.failed();

            var errors = new ConcurrentLinkedQueue<Throwable>();
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> fleet.api().connect(Duration.ofSeconds(1), fleet::dial))
                        .isInstanceOf(ConnectException.class)
                        .satisfies(errors::add);
            }
            Figure.print(
                    "F-48",
                    "the slices name a port where none of 10 listens",
                    "%d of %d calls failed; %d out at most; %d connects, %d outage; the error: %s ... %s",
                    before,
                    outcome.calls().size(),
                    fleet.snapshots().most(),
                    fleet.syns(),
                    fleet.api().tally().outages(),
                    errors.peek().getSuppressed()[0].getMessage(),
                    last(errors.peek()));
            assertThat(outcome.failures().keySet())
                    .allSatisfy(cause -> assertThat(cause).contains("ConnectException"));
            assertThat(before).isEqualTo(outcome.calls().size());
            assertThat(fleet.snapshots().most()).isLessThanOrEqualTo(9);
            assertThat(fleet.snapshots().broken()).isEmpty();
            assertThat((double) fleet.syns())
                    .as("one dial a call, six of a call a second, and those under way when it began")
                    .isLessThanOrEqualTo(outcome.calls().size() + 5 + 5 * 12 + 5 * outcome.mostInFlight());
            assertThat(errors)
                    .allSatisfy(error ->
                            assertThat(error.getSuppressed()[0].getMessage()).contains(":" + wrong + " ("));
            assertThat(errors)
                    .allSatisfy(error -> assertThat(last(error))
                            .isEqualTo("Service shop/api-service port 80: 10 of 10 backends refuse connects or do not"
                                    + " answer"));
            assertThat(fleet.api().tally().outages()).isEqualTo(1);
        }
    }

    private static String last(Throwable error) {
        Throwable[] lines = error.getSuppressed();
        return lines[lines.length - 1].getMessage();
    }

    /** A port that nobody is given by chance while a test runs: below those that kernels hand out by themselves. */
    private static int unused() throws IOException {
        for (int port = 30_000; port > 20_000; port--) {
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(port)); // on every address, so that nobody listens on any
                return port;
            } catch (BindException taken) {
                // the next one
            }
        }
        throw new IOException("no port free from 20001 to 30000");
    }

    @Test
    void f52_aBadPortOfAPodSaysNothingAboutItsGoodOne() throws Exception {
        try (LoopbackPods pods = LoopbackPods.start(3)) {
            var bad = new ServiceKey("shop", "metrics");
            StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
            discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));
            discovery.set(
                    Service.builder("shop", "metrics")
                            .clusterIps(List.of("10.96.123.46"))
                            .port("http", 80)
                            .build(),
                    EndpointSlice.of(
                            bad,
                            "metrics-1",
                            List.of(new SlicePort("http", Protocol.TCP, unused())),
                            pods.all().stream().map(LoopbackPods::endpoint).toList()));
            try (Onehop onehop = LoopbackPods.onehop(discovery).build()) {
                Balancer good = onehop.balancer("api-service.shop:80");
                Balancer refusing = onehop.balancer("metrics.shop:80");
                int refused = 0;
                for (int i = 0; i < 20; i++) {
                    refused += connects(refusing) ? 0 : 1;
                    assertThat(connects(good)).isTrue();
                }
                await().until(() -> !refusing.eligible().ejected().isEmpty());
                Figure.print(
                        "F-52",
                        "two Services on the same 3 pods, nobody listens on the port of one",
                        "%d of 20 calls failed there with %d ejected; 0 of 20 failed on the other with %d ejected",
                        refused,
                        refusing.eligible().ejected().size(),
                        good.eligible().ejected().size());
                assertThat(refused).isEqualTo(20);
                assertThat(refusing.eligible().ejected()).isNotEmpty();
                assertThat(good.eligible().ejected()).isEmpty();
                assertThat(good.eligible().backends())
                        .extracting(Backend::failed)
                        .containsOnly(0L);
            }
        }
    }

    private static boolean connects(Balancer to) throws IOException {
        try (Socket socket = to.connect(Duration.ofSeconds(1), CallsTest::socket)) {
            return socket.isConnected();
        } catch (ConnectException refused) {
            return false;
        }
    }

    private static Socket socket(Attempt attempt, Duration timeout) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(attempt.address(), (int) timeout.toMillis());
            attempt.succeeded();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
