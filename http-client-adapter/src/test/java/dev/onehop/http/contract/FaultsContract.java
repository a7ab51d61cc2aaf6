package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What pods that stop, refuse and fall silent cost the callers of a client: what core's rows of the same numbers say, with the
 * client's own sockets, and less load. Where the row wants new connections, each request has one.
 */
@Tag("contract")
public abstract class FaultsContract extends KilledPodsContract {

    /** A pod stops between two requests: a kernel resets who waits to be accepted, which is nobody's here. */
    private final ReadWriteLock door = new ReentrantReadWriteLock();

    private final AtomicInteger slow = new AtomicInteger();

    @Test
    void f01_aRollingRestartFailsNoRequestThoughEveryOtherEventIsLate() throws Exception {
        LoopbackPods all = pods(12);
        Onehop onehop = onehop();
        List<LoopbackPod> now = closingEach(all, 6);
        Load load = load(client(onehop));
        for (int i = 0; i < 6; i++) {
            LoopbackPod old = all.get(i);
            now.add(all.get(6 + i));
            boolean late = i % 2 == 1;
            if (!late) {
                terminating(now, old);
            }
            stopBetweenRequests(old, onehop);
            load.awaitMore(30);
            if (late) {
                terminating(now, old);
            }
            load.awaitMore(30);
            now.remove(old);
            published(now);
        }
        load.stop();

        print("F-01", "rolling restart of 6 pods, half of the events late", "%d of %d failed", load);
        assertThat(load.failures).isEmpty();
        assertThat(all.requests()).as("executed, of those sent").isEqualTo(load.sent.get());
        assertThat(all.all().subList(6, 12))
                .allSatisfy(pod -> assertThat(pod.accepts()).isPositive());
    }

    @Test
    void f06_eventsThatComeAfterAllStoppedFailNoRequest() throws Exception {
        LoopbackPods all = pods(8);
        Onehop onehop = onehop();
        closingEach(all, 8);
        Load load = load(client(onehop));
        long wasted = 0;
        for (int i = 0; i < 3; i++) {
            wasted -= stopBetweenRequests(all.get(i), onehop);
            load.awaitMore(100);
        }
        for (int i = 0; i < 3; i++) {
            wasted += unserved(all.get(i), onehop);
        }
        published(all.all().subList(3, 8));
        load.awaitMore(50);
        load.stop();

        print("F-06", "3 of 8 pods are gone, no event yet: " + wasted + " connects to them", "%d of %d failed", load);
        assertThat(load.failures).isEmpty();
        assertThat(wasted).isBetween(1L, 3L * (2 + CALLERS + 2));
    }

    @Test
    void f07_aPodThatRefusesCostsFewConnectsAndNoRequest() throws Exception {
        LoopbackPods all = pods(5);
        Onehop onehop = onehop();
        closingEach(all, 5);
        Load load = load(client(onehop));
        long before = stopBetweenRequests(all.get(0), onehop);
        load.awaitMore(300);
        load.stop();
        long wasted = unserved(all.get(0), onehop) - before;

        print("F-07", "1 of 5 refuses, no event: " + wasted + " connects to it by callers", "%d of %d failed", load);
        assertThat(load.failures).isEmpty();
        assertThat(wasted).isBetween(1L, 2L + CALLERS);
    }

    @Test
    void f08_aBlackHoleSlowsFewRequestsAndFailsNone() throws Exception {
        LoopbackPods all = pods(5);
        Onehop onehop = onehop();
        closingEach(all, 5);
        Load load = load(client(onehop, Setup.plain().connectTimeout(Duration.ofMillis(1_500))));
        betweenRequests(() -> all.get(0).awaitAccepted().blackHole());
        int before = slow.get();
        load.awaitMore(100);
        await().atMost(SOON).until(() -> slow.get() > before);
        load.stop();
        int slowed = slow.get() - before;

        print("F-08", "1 of 5 swallows SYNs, no event: " + slowed + " took over 250 ms", "%d of %d failed", load);
        assertThat(load.failures).isEmpty();
        assertThat(slowed).isBetween(1, 2 + CALLERS);
    }

    @Test
    void f13_badAnswersAreTheCallersAndNoPostIsSentAgain() throws Exception {
        LoopbackPods all = pods(3);
        all.forEach(pod -> pod.answering(request -> PodResponse.of(503, "busy")));
        ClientUnderTest client = client(onehop());
        for (int i = 0; i < 20; i++) {
            assertThat(client.send("POST", URL + "/", "order").status()).isEqualTo(503);
        }

        assertThat(all.requests()).isEqualTo(20);
    }

    /** The first {@code count} of them are the Service's, and all want a connection for each request. */
    private List<LoopbackPod> closingEach(LoopbackPods pods, int count) {
        pods.forEach(pod -> pod.answering(request -> pod.echo(request).with("Connection", "close")));
        List<LoopbackPod> now = new ArrayList<>(pods.all().subList(0, count));
        published(now);
        return now;
    }

    /** GETs and POSTs in turn, until it is stopped; has begun. */
    private Load load(ClientUnderTest client) {
        Load load = closing(Load.untilStopped(CALLERS, number -> {
            door.readLock().lock();
            try {
                long began = System.nanoTime();
                answered(client, number % 2 == 0 ? "GET" : "POST", "/", number % 2 == 0 ? null : "order");
                if (System.nanoTime() - began > Duration.ofMillis(250).toNanos()) {
                    slow.incrementAndGet();
                }
            } finally {
                door.readLock().unlock();
            }
        }));
        load.awaitMore(40);
        return load;
    }

    /** Gives how many attempts on it had come to no request by then. */
    private long stopBetweenRequests(LoopbackPod pod, Onehop onehop) {
        var before = new AtomicLong();
        betweenRequests(() -> {
            pod.awaitAccepted().stopGracefully();
            before.set(unserved(pod, onehop));
        });
        return before.get();
    }

    private void betweenRequests(Runnable fault) {
        door.writeLock().lock();
        try {
            fault.run();
        } finally {
            door.writeLock().unlock();
        }
    }

    private static long unserved(LoopbackPod pod, Onehop onehop) {
        return everybody(balancer(onehop)).stream()
                        .filter(backend ->
                                backend.podName().filter(pod.name()::equals).isPresent())
                        .mapToLong(Backend::started)
                        .sum()
                - pod.requests().size();
    }
}
