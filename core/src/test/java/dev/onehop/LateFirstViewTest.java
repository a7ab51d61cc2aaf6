package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A wait for a first view that ends after the caller's time is over, as on a machine that stalls. */
class LateFirstViewTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(8);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();

    @Test
    void callersWhoBlockHaveHalfOfTheirTimeForDialsAllTheSame() {
        try (Onehop onehop = waiting()) {
            Balancer api = onehop.balancer("api.shop:80");
            var given = new CompletableFuture<Duration>();
            var caller = new Thread(() -> {
                try {
                    given.complete(api.connect(TIMEOUT, (attempt, timeout) -> timeout));
                } catch (IOException e) {
                    given.completeExceptionally(e);
                }
            });
            caller.start();
            await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);

            viewArrivesLate();

            assertThat(given).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(TIMEOUT.dividedBy(2));
        }
    }

    @Test
    void callersWhoDoNotBlockHaveTooAndWhatTheyDidNotWantToWait() {
        try (Onehop onehop = waiting()) {
            Balancer api = onehop.balancer("api.shop:80");
            AsyncDialer<Duration> dialer = (attempt, timeout) -> CompletableFuture.completedFuture(timeout);
            CompletableFuture<Duration> half = api.connectAsync(TIMEOUT, dialer);
            CompletableFuture<Duration> quarter = api.connectAsync(TIMEOUT, TIMEOUT.dividedBy(4), dialer);

            viewArrivesLate();

            assertThat(half).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(TIMEOUT.dividedBy(2));
            assertThat(quarter).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(TIMEOUT.minus(TIMEOUT.dividedBy(4)));
        }
    }

    private void viewArrivesLate() {
        time.advance(TIMEOUT.multipliedBy(2));
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        time.run();
    }

    private Onehop waiting() {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("not yet"));
        return PushedOnehop.builder(discovery, time, new SplittableRandom(1))
                .initialWait(Duration.ofMinutes(1))
                .build();
    }
}
