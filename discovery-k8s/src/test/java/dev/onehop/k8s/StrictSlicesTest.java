package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.k8s.fake.Ending;
import dev.onehop.k8s.fake.Verb;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView.Unknown;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose slices and whose pods are used, where that is looked at (S-06). */
class StrictSlicesTest {

    private static final String CONTROLLER = "endpointslice-controller.k8s.io";

    @ParameterizedTest
    @ValueSource(strings = {CONTROLLER, "endpointslicemirroring-controller.k8s.io"})
    void s06_slicesOfKubernetesOwnControllersAreUsed(String manager) {
        try (Rig rig = strict()) {
            create(rig, "s1", manager, "10.0.0.1");

            rig.live();

            assertThat(rig.addresses()).containsExactly("10.0.0.1");
            assertThat(foreign(rig)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mallory", "endpointslice-controller.k8s.io.evil"})
    void s06_aListedSliceOfSomebodyElseIsNotUsedAndCounted(String manager) {
        try (Rig rig = strict();
                Logged logged = Logged.by(KubernetesDiscovery.class, Level.WARN)) {
            create(rig, "s1", CONTROLLER, "10.0.0.1");
            create(rig, "s2", manager, "10.66.0.1", "10.66.0.2");

            rig.live();

            assertThat(rig.addresses()).containsExactly("10.0.0.1");
            assertThat(foreign(rig)).isEqualTo(2);
            assertThat(logged.lines("WARN"))
                    .singleElement()
                    .asString()
                    .contains("shop/api-service", "2 endpoints", "s2", "endpointslice.kubernetes.io/managed-by");
        }
    }

    @Test
    void s06_aSliceOfSomebodyElseThatTheWatchTellsOfIsNotUsed() {
        try (Rig rig = strict();
                Logged logged = Logged.by(KubernetesDiscovery.class, Level.WARN)) {
            create(rig, "s1", CONTROLLER, "10.0.0.1");
            rig.live();

            create(rig, "s2", "mallory", "10.66.0.1");
            create(rig, "s3", "eve", "10.66.0.2");
            create(rig, "s4", CONTROLLER, "10.0.0.4");
            rig.untilLive("10.0.0.1", "10.0.0.4");

            assertThat(foreign(rig)).isEqualTo(2);
            assertThat(logged.lines("WARN")).hasSize(1);
            rig.server.delete("endpointslices", "shop", "s2");
            rig.until(() -> foreign(rig) == 1);
            assertThat(rig.heard)
                    .allSatisfy(view -> assertThat(Rig.addresses(view)).doesNotContain("10.66.0.1", "10.66.0.2"));
        }
    }

    @Test
    void s06_aSliceThatChangesHandsIsNotUsedAnyMoreUntilItChangesBack() {
        try (Rig rig = strict()) {
            create(rig, "s1", CONTROLLER, "10.0.0.1");
            create(rig, "s2", CONTROLLER, "10.0.0.2");
            rig.live();

            manage(rig, "s2", "mallory");
            rig.untilLive("10.0.0.1");
            manage(rig, "s2", CONTROLLER);

            rig.untilLive("10.0.0.1", "10.0.0.2");
            assertThat(foreign(rig)).isZero();
        }
    }

    @Test
    void s06_podsOfAnotherNamespaceAreNotUsed() {
        try (Rig rig = strict()) {
            ObjectNode slice = managed("s1", CONTROLLER, "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4");
            ((ObjectNode) slice.at("/endpoints/0/targetRef")).put("namespace", "shop");
            ((ObjectNode) slice.at("/endpoints/1/targetRef")).put("namespace", "evil");
            ((ObjectNode) slice.at("/endpoints/2")).remove("targetRef");
            rig.server.create("endpointslices", "shop", slice);
            rig.live();

            assertThat(rig.addresses()).containsExactly("10.0.0.1", "10.0.0.3", "10.0.0.4");
            assertThat(foreign(rig)).isEqualTo(1);
            rig.server.update(
                    "endpointslices",
                    "shop",
                    "s1",
                    now -> ((ObjectNode) now.at("/endpoints/3/targetRef")).put("namespace", "evil"));
            rig.untilLive("10.0.0.1", "10.0.0.3");
            assertThat(foreign(rig)).isEqualTo(2);
        }
    }

    @Test
    void s06_aRelistLooksAgain() {
        try (Rig rig = strict()) {
            create(rig, "s1", CONTROLLER, "10.0.0.1");
            rig.live();

            rig.server.faults().endWatches("endpointslices", Ending.CLOSE);
            rig.untilStale();
            create(rig, "s2", "mallory", "10.66.0.1");
            rig.server.faults().expireHistory();
            rig.push(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(31),
                    () -> rig.status("endpointslices").relists() == 1);

            rig.untilLive("10.0.0.1");
            assertThat(foreign(rig)).isEqualTo(1);
        }
    }

    @Test
    void s06_managersMayBeNamed() {
        try (Rig rig = Rig.start(UnaryOperator.identity(), builder -> builder.strictSlices("my-controller"))) {
            create(rig, "s1", CONTROLLER, "10.0.0.1");
            create(rig, "s2", "my-controller", "10.0.0.2");
            rig.live();

            assertThat(rig.addresses()).containsExactly("10.0.0.2");
        }
    }

    @Test
    void s06_servicesThatShareAReflectorAreLookedAtToo() {
        try (Rig rig = strict()) {
            for (int i = 0; i < Inputs.OWN_REFLECTORS; i++) {
                rig.discovery.subscribe(new ServiceKey("shop", "other-" + i), view -> {});
            }
            create(rig, "s1", CONTROLLER, "10.0.0.1");
            create(rig, "s2", "mallory", "10.66.0.1");
            rig.follow().untilLive("10.0.0.1");

            assertThat(rig.discovery.status())
                    .filteredOn(feed -> feed.service().equals(ApiObjects.API))
                    .singleElement()
                    .extracting(FeedStatus::foreignEndpoints)
                    .isEqualTo(1);
        }
    }

    @Test
    void s06_whereSlicesMayNotBeReadEndpointsDoNotStandIn() {
        try (Rig rig = strict()) {
            rig.server.faults().deny(Verb.LIST, "endpointslices");
            rig.follow();
            rig.until(
                    () -> rig.last() instanceof Unknown unknown && unknown.why().contains("endpointslices"));

            assertThat(rig.server.requests())
                    .noneMatch(request -> request.verb() == Verb.LIST && "endpoints".equals(request.resource()));
        }
    }

    @Test
    void s06_unlessAskedForNobodyLooksAtEitherLikeKubeProxy() {
        try (Rig rig = Rig.start()) {
            create(rig, "s1", "mallory", "10.0.0.1");
            ObjectNode slice = ApiObjects.slice("s2", "10.0.0.2");
            ((ObjectNode) slice.at("/endpoints/0/targetRef")).put("namespace", "evil");
            rig.server.create("endpointslices", "shop", slice);
            rig.live();

            assertThat(rig.addresses()).containsExactly("10.0.0.1", "10.0.0.2");
            assertThat(foreign(rig)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "-a", "a/b", "é"})
    void s06_whatIsNoLabelValueIsRefused(String manager) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KubernetesDiscovery.builder().strictSlices(CONTROLLER, manager))
                .withMessageContaining("strictSlices: ")
                .withMessageContaining("(expected: a value of the label endpointslice.kubernetes.io/managed-by)");
    }

    private static Rig strict() {
        return Rig.start(UnaryOperator.identity(), KubernetesDiscoveryBuilder::strictSlices);
    }

    private static int foreign(Rig rig) {
        return rig.discovery.status().get(0).foreignEndpoints();
    }

    private static void create(Rig rig, String name, String manager, String... addresses) {
        rig.server.create("endpointslices", "shop", managed(name, manager, addresses));
    }

    private static ObjectNode managed(String name, String manager, String... addresses) {
        ObjectNode slice = ApiObjects.slice(name, addresses);
        if (!manager.isEmpty()) {
            ((ObjectNode) slice.at("/metadata/labels")).put(SliceTrust.MANAGED_BY, manager);
        }
        return slice;
    }

    private static void manage(Rig rig, String name, String manager) {
        rig.server.update(
                "endpointslices",
                "shop",
                name,
                slice -> ((ObjectNode) slice.at("/metadata/labels")).put(SliceTrust.MANAGED_BY, manager));
    }
}
