package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept of the ports that clients dial, and for how long. */
class DialledPortsTest {

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final Onehop onehop = Onehop.builder()
            .discovery(discovery)
            .meshDetection(false)
            .loop(time)
            .build();

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void aBalancerOfADialledNameOutlivesItsService() throws Exception {
        api();
        Balancer held = onehop.forHost("api", 80).orElseThrow();
        time.run();
        discovery.remove(SampleService.KEY);
        time.run();
        assertThatThrownBy(held::attempt)
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("no such Service");

        api();
        time.advance(Duration.ofSeconds(31));

        held.eligible(); // asks for it again
        time.run();
        held.attempt().close();
        assertThat(held.eligible().size()).isEqualTo(3);
    }

    @Test
    void aServiceThatIsKnownToExistIsNotAbsent() {
        assertThat(onehop.forHost("api", 80)).isPresent();
        time.run();
        assertThat(onehop.forHost("api", 80)).as("absent").isEmpty();

        api();
        onehop.balancer("api:8080"); // which no client has dialled
        time.run();

        assertThat(onehop.forHost("api", 80)).isPresent();
        assertThat(onehop.forHost("10.96.0.10", 80)).isPresent();
    }

    @Test
    void aPortThatIsKeptIsNotAbsentForClients() {
        onehop.balancer("api:80");
        time.run();

        assertThat(onehop.forHost("api", 80)).isPresent();
    }

    @Test
    void portsThatTheServiceLacksLeaveNothingBehind() {
        api();
        for (int port = 1_000; port < 1_900; port++) {
            onehop.forHost("api", port);
            time.run();
        }
        assertThat(onehop.ports().size()).isZero();
        assertThat(onehop.forHost("api", 1_899)).as("remembered for 30 s").isEmpty();
        time.advance(Duration.ofSeconds(31));
        assertThat(onehop.forHost("api", 1_899)).isPresent();
    }

    @Test
    void manyForeignNamesAreNotAllFollowedWhereNobodySaysThatTheyDoNotExist() {
        try (var off =
                Onehop.builder().discovery(discovery).enabled(false).loop(time).build()) {
            off.balancer("kept:80");
            for (int i = 0; i < 3 * ServicePorts.MOST_DIALLED; i++) {
                assertThat(off.forHost("name-" + i, 80)).isPresent();
                time.advance(Duration.ofNanos(1));
            }
            assertThat(off.ports().size()).isLessThanOrEqualTo(ServicePorts.MOST_DIALLED + 1);
            assertThat(off.ports().isWatched("shop"))
                    .as("what was asked for stays")
                    .isTrue();
        }
    }

    @Test
    void ofTooManyDialledPortsTheOneDialledLongestAgoGoes() {
        List<String> gone = new ArrayList<>();
        try (var off = Onehop.builder()
                .discovery(discovery)
                .enabled(false)
                .loop(time)
                .listener(event -> {
                    if (event instanceof OnehopEvent.PortClosed closed) {
                        gone.add(closed.port().service().name());
                    }
                })
                .build()) {
            for (int i = 0; i < ServicePorts.MOST_DIALLED; i++) {
                dialled(off, i);
            }
            dialled(off, 0);
            dialled(off, 2);

            for (int i = 0; i < 3; i++) {
                dialled(off, ServicePorts.MOST_DIALLED + i);
            }

            assertThat(gone).as("0 and 2 were dialled again").containsExactly("name-1", "name-3", "name-4");
        }
    }

    /** What a client dials a millisecond after another. */
    private void dialled(Onehop by, int name) {
        assertThat(by.forHost("name-" + name, 80)).isPresent();
        time.advance(Duration.ofMillis(1));
    }

    @Test
    void theNamespaceOfAnAbsentServiceIsNotWatched() {
        onehop.forHost("api.elsewhere.svc", 80);
        time.run();
        discovery.remove(new ServiceKey("elsewhere", "api"));
        time.run();

        assertThat(onehop.forHost("web.elsewhere", 80)).isEmpty();
    }

    private void api() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 3));
        time.run();
    }
}
