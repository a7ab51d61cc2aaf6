package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An exchange is known from when it is added until it is removed, however many there are beside it. */
class OpenExchangesTest {

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Onehop onehop =
            PushedOnehop.builder(discovery, time, new SplittableRandom(1)).build();
    private final OpenExchanges exchanges = new OpenExchanges();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void whatHasEndedIsForgotten() throws Exception {
        Attempt first = added();
        Attempt second = added();
        Attempt third = added();

        exchanges.remove(first);
        exchanges.remove(third);
        assertThat(exchanges.isEmpty()).isFalse();
        exchanges.remove(second);
        assertThat(exchanges.isEmpty()).isTrue();

        Attempt next = added();
        assertThat(exchanges.isEmpty()).isFalse();
        exchanges.remove(next);
        assertThat(exchanges.isEmpty()).isTrue();
    }

    @Test
    void whatIsUnderWayIsAbandonedAndNothingElse() throws Exception {
        Attempt ended = added();
        Attempt second = added();
        Attempt third = added();
        exchanges.remove(ended);
        Attempt fourth = added();

        exchanges.closeAll();

        assertThat(ended.isOpen()).isTrue();
        assertThat(second.isOpen()).isFalse();
        assertThat(third.isOpen()).isFalse();
        assertThat(fourth.isOpen()).isFalse();
    }

    private Attempt added() throws NoBackendException {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        Attempt attempt = api.attempt();
        exchanges.add(attempt);
        return attempt;
    }
}
