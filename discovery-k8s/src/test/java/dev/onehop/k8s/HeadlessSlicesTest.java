package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.eligible.Verdict;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.Verb;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A headless Service at an API server: its slices are labelled, and arrive only when they are asked for (R2, R8). */
class HeadlessSlicesTest {

    private static final String HIDDEN = "%21service.kubernetes.io%2Fheadless";

    private final FakeApiServer server = FakeApiServer.start();
    private Rig rig;

    @BeforeEach
    void aHeadlessServiceWithALabelledSlice() {
        server.create("services", "shop", headless("api-service"));
        server.create("endpointslices", "shop", labelled("api-1", "api-service", "10.0.0.1", "10.0.0.2"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void r2_bothSwitchesOnEveryReadyPodIsPickedAndFollowed() throws Exception {
        rig = rig(true);
        try (Onehop onehop = onehop()) {
            Balancer api = onehop.balancer("api-service.shop:80");
            rig.until(() -> api.eligible().size() == 2);
            assertThat(picked(api)).containsExactly("10.0.0.1:8080", "10.0.0.2:8080");

            server.replace("endpointslices", "shop", "api-1", labelled("api-1", "api-service", "10.0.0.3"));
            rig.until(() -> api.eligible().size() == 1);

            assertThat(picked(api)).containsExactly("10.0.0.3:8080");
            assertThat(api.explain().rule()).isEqualTo("R2");
        }
    }

    @Test
    void r2_whereTheDiscoveryHidesTheSlicesTheExplanationNamesItsSwitch() {
        rig = rig(false);
        try (Onehop onehop = onehop()) {
            Balancer api = onehop.balancer("api-service.shop:80");
            rig.until(() -> api.explain().verdict() == Verdict.NOT_PROXIED);

            assertThat(api.explain().reason()).contains("headless(true)");
        }
        assertThat(slicesAskedFor()).allMatch(query -> query.contains(HIDDEN));
    }

    @Test
    void r8_askedForTheyAreNotHiddenInSharedWatchesEither() {
        rig = rig(true);
        for (int i = 0; i <= Inputs.OWN_REFLECTORS; i++) {
            String name = "svc-" + i;
            server.create("services", "shop", headless(name));
            server.create("endpointslices", "shop", labelled(name + "-a", name, "10.1.0." + (i + 1)));
        }
        for (int i = 0; i < Inputs.OWN_REFLECTORS; i++) {
            rig.discovery.subscribe(new ServiceKey("shop", "svc-" + i), view -> {});
        }
        rig.discovery.subscribe(new ServiceKey("shop", "svc-" + Inputs.OWN_REFLECTORS), rig.heard::add);

        rig.untilLive("10.1.0." + (Inputs.OWN_REFLECTORS + 1));

        assertThat(slicesAskedFor())
                .noneMatch(query -> query.contains(HIDDEN))
                .anyMatch(query -> query.startsWith("labelSelector=kubernetes.io%2Fservice-name&"));
    }

    private Rig rig(boolean headless) {
        var builder = KubernetesDiscovery.builder().config(Rig.config(server)).headless(headless);
        return Rig.start(server, builder);
    }

    private Onehop onehop() {
        return PushedOnehop.builder(rig.discovery, rig.time, new Random(7))
                .headless(true)
                .build();
    }

    private Set<String> slicesAskedFor() {
        return server.requests().stream()
                .filter(request ->
                        request.verb() == Verb.LIST && request.resource().equals("endpointslices"))
                .map(request -> request.rawQuery())
                .collect(Collectors.toSet());
    }

    private static TreeSet<String> picked(Balancer balancer) throws Exception {
        var picked = new TreeSet<String>();
        for (int i = 0; i < 50; i++) {
            try (Attempt attempt = balancer.attempt()) {
                var address = attempt.address();
                picked.add(address.getAddress().getHostAddress() + ":" + address.getPort());
            }
        }
        return picked;
    }

    private static ObjectNode headless(String name) {
        return ApiObjects.service(
                Service.builder("shop", name).clusterIp("None").port("http", 80).build());
    }

    private static ObjectNode labelled(String name, String service, String... addresses) {
        ObjectNode slice = ApiObjects.slice(name, addresses);
        ((ObjectNode) slice.at("/metadata/labels"))
                .put("kubernetes.io/service-name", service)
                .put("service.kubernetes.io/headless", "");
        return slice;
    }
}
