package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.onehop.service.ServiceDeclaration.Absent;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Discovery} owes its subscribers. A test class of an implementation extends this and says how a
 * Service comes into its source.
 */
public abstract class DiscoveryContract {

    protected static final ServiceKey API = new ServiceKey("shop", "api-service");
    private static final Duration SOON = Duration.ofSeconds(10);

    private Discovery discovery;

    /** A discovery whose source holds {@link #apiService} with one slice per given address list, and nothing else. */
    protected abstract Discovery discoveryOf(Service service, List<EndpointSlice> slices) throws Exception;

    /** The Service of this contract: ClusterIP 10.96.123.45, one port, named {@code http}, 80. */
    protected static Service apiService() {
        return Service.builder("shop", "api-service")
                .clusterIps(List.of("10.96.123.45"))
                .ipFamilies(AddressFamily.IPV4)
                .port("http", 80)
                .build();
    }

    /** A slice of the Service of this contract with these ready endpoints on 8080. */
    protected static EndpointSlice slice(String name, String... addresses) {
        var ports = List.of(new SlicePort("http", Protocol.TCP, 8080));
        var endpoints = List.of(addresses).stream()
                .map(address -> Endpoint.builder(address)
                        .conditions(true, true, false)
                        .node("node-a")
                        .pod("pod-" + address, "uid-" + address)
                        .build())
                .toList();
        return EndpointSlice.of(API, name, ports, endpoints);
    }

    @AfterEach
    void closeDiscovery() {
        if (discovery != null) {
            discovery.close();
        }
    }

    @Test
    void aSubscriberHearsServiceAndAllSlices() throws Exception {
        var heard = subscribe(apiService(), List.of(slice("api-1", "10.244.0.16"), slice("api-2", "10.244.0.18")));

        await().atMost(SOON).untilAsserted(() -> assertThat(last(heard)).isInstanceOf(Live.class));

        var live = (Known) last(heard);
        assertThat(live.declaration()).isEqualTo(new Present(apiService()));
        assertThat(live.slices())
                .extracting(
                        EndpointSlice::name, slice -> slice.endpoints().get(0).address())
                .containsExactlyInAnyOrder(tuple("api-1", "10.244.0.16"), tuple("api-2", "10.244.0.18"));
    }

    @Test
    void theFirstViewIsNeverPartOfTheSlices() throws Exception {
        var heard = subscribe(apiService(), List.of(slice("api-1", "10.244.0.16"), slice("api-2", "10.244.0.18")));

        await().atMost(SOON).untilAsserted(() -> assertThat(last(heard)).isInstanceOf(Known.class));

        assertThat(heard)
                .filteredOn(Known.class::isInstance)
                .allSatisfy(view -> assertThat(((Known) view).slices()).hasSize(2));
    }

    @Test
    void aServiceThatDoesNotExistIsAbsentNotUnknown() throws Exception {
        discovery = discoveryOf(apiService(), List.of(slice("api-1", "10.244.0.16")));
        var heard = new CopyOnWriteArrayList<ServiceView>();

        discovery.subscribe(new ServiceKey("shop", "nope"), heard::add);

        await().atMost(SOON).untilAsserted(() -> assertThat(last(heard)).isInstanceOf(Live.class));
        assertThat(((Known) last(heard)).declaration()).isInstanceOf(Absent.class);
        assertThat(((Known) last(heard)).slices()).isEmpty();
    }

    @Test
    void everySubscriberOfOneServiceHearsIt() throws Exception {
        discovery = discoveryOf(apiService(), List.of(slice("api-1", "10.244.0.16")));
        var first = new CopyOnWriteArrayList<ServiceView>();
        var second = new CopyOnWriteArrayList<ServiceView>();

        discovery.subscribe(API, first::add);
        await().atMost(SOON).untilAsserted(() -> assertThat(last(first)).isInstanceOf(Live.class));
        discovery.subscribe(API, second::add);

        await().atMost(SOON).untilAsserted(() -> assertThat(last(second)).isInstanceOf(Live.class));
    }

    @Test
    void lastContactIsNotBeforeTheSubscription() throws Exception {
        long before = System.nanoTime();
        discovery = discoveryOf(apiService(), List.of(slice("api-1", "10.244.0.16")));

        try (var subscription = discovery.subscribe(API, view -> {})) {
            assertThat(subscription.lastContactNanos() - before).isNotNegative();
        }
    }

    @Test
    void closingTwiceIsFine() throws Exception {
        discovery = discoveryOf(apiService(), List.of());
        var subscription = discovery.subscribe(API, view -> {});

        subscription.close();
        subscription.close();
        discovery.close();
        discovery.close();

        assertThat(discovery.location()).isNotNull();
    }

    private List<ServiceView> subscribe(Service service, List<EndpointSlice> slices) throws Exception {
        discovery = discoveryOf(service, slices);
        var heard = new CopyOnWriteArrayList<ServiceView>();
        discovery.subscribe(service.key(), heard::add);
        return heard;
    }

    private static ServiceView last(List<ServiceView> heard) {
        assertThat(heard).isNotEmpty();
        return heard.get(heard.size() - 1);
    }
}
