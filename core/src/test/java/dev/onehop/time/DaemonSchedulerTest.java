package dev.onehop.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DaemonSchedulerTest {

    private final SerialScheduler loop = SerialScheduler.daemon("loop-of-a-test");

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void tasksOfManyThreadsNeverOverlapAndNoneIsLost() throws InterruptedException {
        var inside = new AtomicInteger();
        var overlaps = new AtomicInteger();
        var done = new CountDownLatch(4_000);

        for (int t = 0; t < 4; t++) {
            new Thread(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            loop.execute(() -> {
                                if (inside.incrementAndGet() != 1) {
                                    overlaps.incrementAndGet();
                                }
                                inside.decrementAndGet();
                                done.countDown();
                            });
                        }
                    })
                    .start();
        }

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(overlaps).hasValue(0);
    }

    @Test
    void tasksOfOneThreadRunInOrder() throws InterruptedException {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        var done = new CountDownLatch(1);

        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.execute(() -> order.add(number));
        }
        loop.execute(done::countDown);

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(order).hasSize(100).isSorted();
    }

    @Test
    void theLoopSurvivesWhatATaskThrows() throws InterruptedException {
        var done = new CountDownLatch(2);
        loop.execute(() -> {
            throw new IllegalStateException("a task of a test");
        });
        loop.schedule(Duration.ZERO, () -> {
            throw new AssertionError("another task of a test");
        });

        loop.execute(done::countDown);
        loop.schedule(Duration.ofMillis(1), done::countDown);

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCancelledTaskDoesNotRun() throws InterruptedException {
        var ran = new AtomicInteger();
        var done = new CountDownLatch(1);

        loop.schedule(Duration.ofMillis(20), ran::incrementAndGet).cancel();
        loop.schedule(Duration.ofMillis(40), done::countDown);

        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(0);
    }

    @Test
    void afterCloseTasksAreIgnoredAndNothingIsThrown() {
        var ran = new AtomicInteger();
        loop.close();

        loop.execute(ran::incrementAndGet);
        loop.schedule(Duration.ZERO, ran::incrementAndGet).cancel();

        assertThat(ran).hasValue(0);
    }
}
