package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which host names are ours (design decision 10), and what a builder refuses. */
class OnehopNamesTest {

    private final Onehop onehop = Onehop.builder()
            .discovery(StaticDiscovery.create("shop", ClientLocation.unknown()))
            .namespaces(Set.of("billing"))
            .meshDetection(false)
            .loop(new ManualTime())
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api",
                "API",
                "api.shop",
                "api.billing",
                "api.elsewhere.svc",
                "api.elsewhere.svc.cluster.local",
                "api.elsewhere.svc.cluster.local."
            })
    void theseAreOurs(String host) {
        assertThat(onehop.mayBeOurs(host)).isTrue();
        assertThat(onehop.forHost(host, 80)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "api.dev",
                "www.example.com",
                "api.shop.",
                "localhost",
                "127.0.0.1",
                "10.96.0.10",
                "::1",
                "[::1]",
                "api.elsewhere.svc.other.domain",
                "a b",
                ""
            })
    void theseAreLeftToTheSystemResolver(String host) {
        assertThat(onehop.mayBeOurs(host)).isFalse();
        assertThat(onehop.forHost(host, 80)).isEmpty();
    }

    @Test
    void aNamespaceThatIsWatchedIsKnown() {
        assertThat(onehop.forHost("api.elsewhere", 80)).isEmpty();

        onehop.balancer("other.elsewhere:80");

        assertThat(onehop.forHost("api.elsewhere", 80)).isPresent();
    }

    @Test
    void askingWhetherANameMayBeOursOpensNothing() {
        assertThat(onehop.mayBeOurs("api.shop")).isTrue();

        assertThat(onehop.ports().size()).isZero();
    }

    @Test
    void dialsToForeignNamesLeaveNothingBehind() {
        var time = new ManualTime();
        var discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
        try (var client = Onehop.builder()
                .discovery(discovery)
                .meshDetection(false)
                .loop(time)
                .build()) {
            assertThat(client.forHost("junk", 80)).isPresent();
            time.run();

            assertThat(client.forHost("junk", 80)).isEmpty();
            discovery.set(Service.builder("shop", "junk")
                    .clusterIp("10.96.0.77")
                    .port("", 80)
                    .build());
            time.advance(Duration.ofSeconds(31));
            assertThat(client.forHost("junk", 80)).isPresent();
            time.run();
            assertThat(client.forHost("junk", 80)).isPresent();
        }
    }

    @Test
    void aForeignNameDoesNotMakeItsDomainANamespace() {
        onehop.forHost("x.com.svc", 80);

        assertThat(onehop.forHost("example.com", 80)).isEmpty();
    }

    @Test
    void aHostMayBeAskedForByAnotherTransport() {
        assertThat(onehop.forHost("dns", 53, Protocol.UDP).orElseThrow())
                .hasToString("Service shop/dns port 53/UDP: 0 eligible");
        assertThat(onehop.forHost("dns", 53).orElseThrow()).hasToString("Service shop/dns port 53: 0 eligible");
    }

    @Test
    void whoeverAsksByAnotherNameOfAServiceFallsBackToThatName() {
        assertThat(onehop.forHost("api", 80).orElseThrow().host()).isEqualTo("api");
        assertThat(onehop.forHost("api.shop", 80).orElseThrow().host()).isEqualTo("api.shop");
        assertThat(onehop.forHost("api", 80).orElseThrow().host()).isEqualTo("api");
    }

    @Test
    void aPortOutOfRangeIsNotOurs() {
        assertThat(onehop.forHost("api", 0)).isEmpty();
        assertThat(onehop.forHost("www.example.com", -1)).isEmpty();
        assertThat(onehop.forHost("api", 70_000)).isEmpty();
    }

    @Test
    void aBareNameWithoutANamespaceIsAClearError() {
        try (var lost = Onehop.builder()
                .discovery(StaticDiscovery.create())
                .meshDetection(false)
                .loop(new ManualTime())
                .build()) {
            assertThatThrownBy(() -> lost.balancer("api:80"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'api:80'")
                    .hasMessageContaining("api.<namespace>:80");
            assertThat(lost.forHost("api", 80)).isEmpty();
        }
    }

    @Test
    void aBuilderChecksEverythingAtOnce() {
        assertThatThrownBy(() -> Onehop.builder().build())
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("discovery");
        assertThatThrownBy(() -> Onehop.builder()
                        .discovery(StaticDiscovery.create())
                        .initialWait(Duration.ofSeconds(-1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("initialWait")
                .hasMessageContaining("PT-1S");
        assertThatThrownBy(() -> Onehop.builder()
                        .discovery(StaticDiscovery.create())
                        .namespace("Shop")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'Shop'");
        assertThatThrownBy(() -> Onehop.builder()
                        .discovery(StaticDiscovery.create())
                        .clusterDomain(".cluster.local")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clusterDomain");
    }
}
