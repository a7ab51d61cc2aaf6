package dev.onehop.k8s.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class Fabric8Test {

    @Test
    void fabric8ListsAndWatches() {
        try (FakeApiServer server = FakeApiServer.start();
                KubernetesClient client = client(new ConfigBuilder(Config.empty())
                        .withMasterUrl(server.url())
                        .withOnlyHttpWatches(true)
                        .build())) {
            server.apply(Manifests.slice("api-1", "api", "127.0.0.2"));
            var slices = client.discovery().v1().endpointSlices().inNamespace("shop");
            List<String> seen = new CopyOnWriteArrayList<>();

            var list = slices.list();
            slices.withResourceVersion(list.getMetadata().getResourceVersion()).watch(recorder(seen));
            server.awaitWatches("endpointslices", 1, Duration.ofSeconds(10));
            server.apply(Manifests.slice("api-2", "api", "127.0.0.3"));
            server.delete("endpointslices", "shop", "api-1");

            assertThat(list.getItems())
                    .extracting(slice -> slice.getMetadata().getName())
                    .containsExactly("api-1");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(seen).containsExactly("ADDED api-2", "DELETED api-1"));
        }
    }

    @Test
    void fabric8TrustsTheKubeconfigOfATlsServer() {
        try (FakeApiServer server =
                        FakeApiServer.builder().tls().token("secret").start();
                KubernetesClient client = client(Config.fromKubeconfig(server.kubeconfig()))) {
            server.apply(Manifests.service("api"));

            assertThat(client.services()
                            .inNamespace("shop")
                            .withName("api")
                            .get()
                            .getSpec()
                            .getType())
                    .isEqualTo("ClusterIP");
            assertThat(server.url()).startsWith("https://");
        }
    }

    private static KubernetesClient client(Config config) {
        config.setRequestRetryBackoffLimit(0);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static Watcher<EndpointSlice> recorder(List<String> seen) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, EndpointSlice slice) {
                seen.add(action + " " + slice.getMetadata().getName());
            }

            @Override
            public void onClose(WatcherException cause) {
                seen.add("CLOSED " + cause.getMessage());
            }
        };
    }
}
