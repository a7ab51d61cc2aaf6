package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnehopCloseTest {

    @Test
    void closeLeavesNoThread() throws Exception {
        var discovery = StaticDiscovery.create();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        for (int i = 0; i < 50; i++) {
            try (var onehop =
                    Onehop.builder().discovery(discovery).meshDetection(false).build()) {
                Balancer api = onehop.balancer("api.shop:80");
                if (i % 2 == 0) {
                    api.attempt().close();
                }
            }
        }

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void anAttemptMayEndAfterClose() throws Exception {
        var discovery = StaticDiscovery.create();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        Attempt attempt;
        try (var onehop =
                Onehop.builder().discovery(discovery).meshDetection(false).build()) {
            attempt = onehop.balancer("api.shop:80").attempt();
        }

        assertThat(attempt.succeeded()).isTrue();
        assertThat(attempt.backend().orElseThrow().inFlight()).isZero();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("onehop"))
                .toList();
    }
}
