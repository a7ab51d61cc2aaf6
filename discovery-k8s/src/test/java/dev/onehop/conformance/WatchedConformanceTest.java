package dev.onehop.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.conformance.ConformanceCase.Step;
import dev.onehop.k8s.KubernetesDiscovery;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Sequences of changes once more, made at an API server and heard of by a watch: every addition, change and deletion of a
 * Service or slice in the cases' order, while a balancer is in use.
 */
class WatchedConformanceTest {

    private static final Set<String> FILES = Set.of("sequences", "live-changes", "headless");
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int LEAST = 50;

    @TestFactory
    Stream<DynamicTest> sequences() {
        List<ConformanceCase> cases = ConformanceCases.all().stream()
                .filter(each -> FILES.contains(each.file()) && each.steps().size() > 1)
                .toList();
        assertThat(cases).hasSizeGreaterThanOrEqualTo(LEAST);
        return cases.stream().map(each -> dynamicTest(each.name(), () -> run(each)));
    }

    private static void run(ConformanceCase each) {
        try (FakeApiServer server = FakeApiServer.start();
                KubernetesDiscovery discovery = discovery(each, server);
                Onehop onehop = PushedOnehop.byTheServicesFirstFamily(Onehop.builder())
                        .discovery(discovery)
                        .meshDetection(false)
                        .headless(each.headless())
                        .build()) {
            var heard = new AtomicReference<ServiceView>();
            discovery.subscribe(each.service(), heard::set);
            Balancer balancer = LiveConformanceTest.balancer(onehop, each, each.port());
            for (Step step : each.steps()) {
                change(server, each, step);
                Known expected = CaseReplay.view(each, objects(server));
                await(step.change())
                        .atMost(SOON)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> heard.get() instanceof Live live && same(live, expected, each.headless()));
                await(step.change())
                        .atMost(SOON)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(2))
                        .untilAsserted(() -> LiveConformanceTest.check(step, balancer.eligible()));
            }
        }
    }

    private static KubernetesDiscovery discovery(ConformanceCase each, FakeApiServer server) {
        Config config =
                new ConfigBuilder(Config.empty()).withMasterUrl(server.url()).build();
        var builder = KubernetesDiscovery.builder().config(config).headless(each.headless());
        if (each.here().node() != null) {
            builder.nodeName(each.here().node());
        }
        if (each.here().zone() != null) {
            builder.zone(each.here().zone());
        }
        return builder.build();
    }

    private static void change(FakeApiServer server, ConformanceCase each, Step step) {
        for (String gone : step.delete()) {
            String[] kindAndName = gone.split("/");
            String resource = kindAndName[0].equals("Service") ? "services" : "endpointslices";
            server.delete(resource, each.service().namespace(), kindAndName[1]);
        }
        step.apply().forEach(object -> server.apply(object.toString()));
    }

    private static List<ObjectNode> objects(FakeApiServer server) {
        var objects = new ArrayList<>(server.objects("services"));
        objects.addAll(server.objects("endpointslices"));
        return objects;
    }

    private static boolean same(Known heard, Known expected, boolean headless) {
        Set<EndpointSlice> slices = expected.slices().stream()
                .filter(slice -> headless || !slice.headless())
                .collect(Collectors.toSet());
        return heard.declaration().equals(expected.declaration())
                && Set.copyOf(heard.slices()).equals(slices);
    }
}
