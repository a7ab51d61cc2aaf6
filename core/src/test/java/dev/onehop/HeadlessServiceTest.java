package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A headless Service through a balancer: left to DNS unless one asks for it (R2). */
class HeadlessServiceTest {

    private static final Service HEADLESS = SampleService.builder()
            .clusterIps(List.of("None"))
            .affinity(Duration.ofHours(1))
            .build();

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private Onehop onehop;

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void r2_byDefaultDnsAnswersForAHeadlessService() {
        Balancer api = balancer(false, 80);
        discovery.set(HEADLESS, labelled(SampleService.slice("api-1", 0, 3)));
        time.run();

        assertThat(api.eligible().decision()).isInstanceOf(Decision.ClusterIp.class);
        assertThat(api.explain().verdict()).isEqualTo(Verdict.NOT_PROXIED);
    }

    @Test
    void r2_askedForEveryReadyPodIsPickedOnTheSlicesPort() throws Exception {
        Balancer api = balancer(true, 80);
        discovery.set(HEADLESS, labelled(SampleService.slice("api-1", 0, 3)));
        time.run();

        assertThat(picked(api, 100)).containsExactly("10.244.0.1:8080", "10.244.0.2:8080", "10.244.0.3:8080");
        assertThat(api.explain().rule()).isEqualTo("R2");
    }

    @Test
    void r2_clientsThatDialTheTargetPortThemselvesKeepDialling() throws Exception {
        Balancer api = balancer(true, 8080);
        discovery.set(HEADLESS, labelled(SampleService.slice("api-1", 0, 2)));
        time.run();

        assertThat(picked(api, 100)).containsExactly("10.244.0.1:8080", "10.244.0.2:8080");
    }

    @Test
    void r2_whenTheLastPodGoesDnsAnswersAgainInsteadOfARefusal() throws Exception {
        Balancer api = balancer(true, 80);
        discovery.set(HEADLESS, labelled(SampleService.slice("api-1", 0, 1)));
        time.run();
        assertThat(picked(api, 1)).containsExactly("10.244.0.1:8080");

        discovery.set(HEADLESS, labelled(SampleService.slice("api-1", 0, 0)));
        time.run();

        assertThat(api.eligible().decision())
                .isInstanceOfSatisfying(
                        Decision.ClusterIp.class,
                        left -> assertThat(left.reason()).isEqualTo(FallbackReason.NOT_PROXIED));
    }

    private Balancer balancer(boolean headless, int port) {
        onehop = Onehop.builder()
                .discovery(discovery)
                .meshDetection(false)
                .loop(time)
                .headless(headless)
                .build();
        return onehop.balancer("api.shop:" + port);
    }

    private static TreeSet<String> picked(Balancer balancer, int times) throws NoBackendException {
        var picked = new TreeSet<String>();
        for (int i = 0; i < times; i++) {
            try (Attempt attempt = balancer.attempt()) {
                var address = attempt.address();
                picked.add(address.getAddress().getHostAddress() + ":" + address.getPort());
            }
        }
        return picked;
    }

    private static EndpointSlice labelled(EndpointSlice slice) {
        return new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                true,
                "IPv4",
                slice.ports(),
                slice.endpoints(),
                null);
    }
}
