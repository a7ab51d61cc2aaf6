package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.NoBackendException;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Where requests go that no pod is picked for. */
class ClusterIpFallbackTest extends HttpFixture {

    @Test
    void noBackendIsAConnectExceptionThatSaysWhy() {
        discovery.set(LoopbackPods.service());

        assertThatThrownBy(() -> get(SERVICE + "/"))
                .isInstanceOf(NoBackendException.class)
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> assertThat(((NoBackendException) e).verdict()).isEqualTo(Verdict.REJECT));
        assertThatThrownBy(() -> http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString())
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(NoBackendException.class);
    }

    @Test
    void foreignNamesAreTheWrappedClients() throws Exception {
        LoopbackPod foreign = clusterIp();

        var response = get("http://foreign.example:" + foreign.port() + "/");

        assertThat(response.body()).isEqualTo("cluster-ip");
        assertThat(foreign.request().target()).isEqualTo("/");
        assertThat(pods.requests()).isZero();
    }

    @Test
    void aViewThatIsUnknownMeansTheClusterIp() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop = LoopbackPods.onehop(discovery).initialWait(Duration.ZERO).build();
        over(HttpClient.newHttpClient());
        String url = SERVICE + ":" + clusterIp.port() + "/orders";

        assertThat(get(url).body()).isEqualTo("cluster-ip");
        assertThat(http.sendAsync(request(url).build(), BodyHandlers.ofString())
                        .join()
                        .body())
                .isEqualTo("cluster-ip");

        assertThat(clusterIp.requests())
                .allSatisfy(seen -> assertThat(seen.target()).isEqualTo("/orders"));
        assertThat(onehop.balancer("api-service.shop:" + clusterIp.port())
                        .explain()
                        .fallbacks())
                .containsEntry(FallbackReason.VIEW_UNKNOWN, 2L);
    }

    @Test
    void aClusterIpThatDnsDoesNotKnowIsNamedWithTheReason() {
        onehop = LoopbackPods.onehop(discovery).initialWait(Duration.ZERO).build();
        over(HttpClient.newHttpClient());
        discovery.set(new ServiceKey("shop", "nowhere"), new ServiceView.Unknown("a test"));

        assertThatThrownBy(() -> get("http://nowhere.shop/"))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("nowhere.shop:80 went to the ClusterIP by name: VIEW_UNKNOWN: ");
    }

    @Test
    void aRequestWaitsForTheFirstViewWithoutBlockingItsCaller() {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop = LoopbackPods.onehop(discovery)
                .initialWait(Duration.ofMinutes(1))
                .build();
        over(HttpClient.newHttpClient());

        var response = http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString());
        assertThat(response).isNotDone();
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));

        assertThat(response)
                .succeedsWithin(SOON)
                .satisfies(it -> assertThat(it.body()).startsWith("pod-"));
    }

    @Test
    void aViewThatDoesNotComeLeavesHalfOfTheTimeForTheClusterIp() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop = LoopbackPods.onehop(discovery)
                .initialWait(Duration.ofMinutes(1))
                .build();
        over(HttpClient.newHttpClient());
        var request = request(SERVICE + ":" + clusterIp.port() + "/")
                .timeout(Duration.ofSeconds(1))
                .build();

        assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("cluster-ip");
        assertThat(http.sendAsync(request, BodyHandlers.ofString()))
                .succeedsWithin(SOON)
                .satisfies(it -> assertThat(it.body()).isEqualTo("cluster-ip"));
    }
}
