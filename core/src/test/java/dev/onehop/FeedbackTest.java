package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An adapter that never says how its attempts went is noticed (reliability 2.3, F-55). */
class FeedbackTest {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final List<OnehopEvent> missing = new ArrayList<>();
    private final Onehop onehop = PushedOnehop.builder(discovery, time, new SplittableRandom(11))
            .listener(event -> {
                if (event instanceof OnehopEvent.FeedbackMissing) {
                    missing.add(event);
                }
            })
            .build();
    private final Balancer api = onehop.balancer("api.shop:80");

    @BeforeEach
    void threePods() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        time.run();
    }

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void f55_aHundredAttemptsWithoutAWordAreMissingFeedback() throws Exception {
        open(99);
        assertThat(api.tally().isFeedbackMissing()).isFalse();

        open(1);

        assertThat(api.tally().isFeedbackMissing()).isTrue();
    }

    @Test
    void f55_itIsToldOnceAndTenSecondsLater() throws Exception {
        open(1_000);
        time.advance(GRACE.minusMillis(1));
        assertThat(missing).isEmpty();

        time.advance(Duration.ofMillis(1));
        open(1_000);
        time.advance(Duration.ofMinutes(1));

        assertThat(missing).containsExactly(new OnehopEvent.FeedbackMissing(api.port()));
    }

    @Test
    void f55_picksStillSpread() throws Exception {
        Set<Object> picked = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            picked.add(api.attempt().backend().orElseThrow());
        }

        assertThat(picked).hasSize(3);
    }

    @Test
    void aWordFromAHundredCallsUnderWayComesInTime() throws Exception {
        Attempt first = api.attempt();
        open(200);
        assertThat(api.tally().isFeedbackMissing()).isTrue();

        first.succeeded();
        time.advance(GRACE);

        assertThat(api.tally().isFeedbackMissing()).isFalse();
        assertThat(missing).isEmpty();
    }

    @Test
    void aConnectionThatIsMadeIsAWord() throws Exception {
        api.attempt().connected();

        open(200);

        assertThat(api.tally().isFeedbackMissing()).isFalse();
    }

    @Test
    void aFailureIsAWord() throws Exception {
        api.attempt().failed(new ConnectException("Connection refused"));

        open(200);

        assertThat(api.tally().isFeedbackMissing()).isFalse();
    }

    @Test
    void attemptsThatAreOnlyClosedSayNothing() throws Exception {
        for (int i = 0; i < 100; i++) {
            api.attempt().close();
        }

        assertThat(api.tally().isFeedbackMissing()).isTrue();
    }

    private void open(int attempts) throws NoBackendException {
        for (int i = 0; i < attempts; i++) {
            api.attempt();
        }
    }
}
