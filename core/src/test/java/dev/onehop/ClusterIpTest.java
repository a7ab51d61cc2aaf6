package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A ClusterIP dialled as a literal, as clients do that read {@code API_SERVICE_HOST}, is its Service (design 10). */
class ClusterIpTest {

    private static final Service DUAL = SampleService.builder()
            .clusterIps(List.of("10.96.0.10", "fd00:10:96::a"))
            .ipFamilies(AddressFamily.IPV4, AddressFamily.IPV6)
            .port("metrics", 9090)
            .build();

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private final Onehop onehop = Onehop.builder()
            .discovery(discovery)
            .family(AddressFamily.IPV4)
            .meshDetection(false)
            .loop(time)
            .build();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void anAddressIsOursWhenItsServiceIsInUse() {
        discovery.set(DUAL, SampleService.slice("api-1", 0, 3));
        assertThat(onehop.forHost("10.96.0.10", 80)).isEmpty();

        Balancer byName = onehop.balancer("api.shop:80");
        time.run();
        Balancer byAddress = onehop.forHost("10.96.0.10", 80).orElseThrow();

        assertThat(byAddress.eligible()).as("the same pipeline").isSameAs(byName.eligible());
        assertThat(byAddress.eligible().size()).isEqualTo(3);
    }

    @Test
    void anyPortOfTheServiceWillDo() {
        inUse(DUAL);

        Balancer metrics = onehop.forHost("10.96.0.10", 9090).orElseThrow();

        assertThat(metrics).hasToString("Service shop/api port 9090: 0 eligible");
    }

    @Test
    void theAddressSaysTheFamily() {
        inUse(DUAL);

        Balancer six = onehop.forHost("[FD00:10:96:0::A]", 80).orElseThrow();
        time.run();

        assertThat(six.eligible().route().orElseThrow().resolved().family()).isEqualTo(AddressFamily.IPV6);
    }

    @Test
    void otherAddressesAreLeftAlone() {
        inUse(DUAL);

        assertThat(onehop.forHost("10.96.0.11", 80)).isEmpty();
        assertThat(onehop.forHost("10.244.0.1", 8080)).as("a pod").isEmpty();
        assertThat(onehop.forHost("fd00:10:96::b", 80)).isEmpty();
    }

    @Test
    void aServiceThatGetsAnotherAddressLosesItsOld() {
        inUse(DUAL);

        discovery.set(SampleService.builder()
                .clusterIps(List.of("10.96.0.99"))
                .clusterIp("10.96.0.99")
                .build());
        time.run();

        assertThat(onehop.forHost("10.96.0.10", 80)).isEmpty();
        assertThat(onehop.forHost("fd00:10:96::a", 80)).isEmpty();
        assertThat(onehop.forHost("10.96.0.99", 80)).isPresent();
    }

    @Test
    void anAddressGoesFromADeletedServiceToTheNextOne() {
        inUse(DUAL);
        onehop.balancer("web.shop:80");

        discovery.set(Service.builder("shop", "web")
                .clusterIp("10.96.0.10")
                .port("", 80)
                .build());
        time.run();
        discovery.remove(new ServiceKey("shop", "api"));
        time.run();

        assertThat(onehop.forHost("10.96.0.10", 80).orElseThrow()).hasToString("Service shop/web port 80: 0 eligible");
    }

    @Test
    void aFallbackKeepsTheAddressTheClientWrote() throws Exception {
        inUse(SampleService.builder().serviceProxyName(true).build());

        try (Attempt attempt = onehop.forHost("10.96.0.10", 80).orElseThrow().attempt()) {
            assertThat(attempt.fallback()).isPresent();
            assertThat(attempt.address().getAddress().getHostAddress()).isEqualTo("10.96.0.10");
            assertThat(attempt.address().getHostString()).isEqualTo("10.96.0.10");
        }
    }

    private void inUse(Service service) {
        discovery.set(service, SampleService.slice("api-1", 0, 3));
        onehop.balancer("api.shop:80");
        time.run();
    }
}
