package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpProxy;
import org.junit.jupiter.api.Test;

/** What is Jetty's own of connects and connections: its hooks, proxies, stopping, connections of one's own. */
class OnehopJettyTest extends JettyFixture {

    @Test
    void aClientThatIsStartedIsNotChanged() throws Exception {
        pods(1);
        HttpClient started = closing(JettyClient.started(JettyClient.unstarted(PLAIN), PLAIN))
                .http();

        assertThatThrownBy(() -> OnehopJetty.on(started, onehop()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before start()");
    }

    @Test
    void theErrorIsTheLastConnectsWithALineForEach() throws Exception {
        LoopbackPods pods = pods(5);
        pods.forEach(LoopbackPod::refuse);
        HttpClient http = http(onehop());

        assertThatThrownBy(() -> http.GET(URL + "/"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ConnectException.class)
                .satisfies(failure -> assertThat(List.of(failure.getSuppressed()))
                        .extracting(Throwable::getMessage)
                        .filteredOn(line -> String.valueOf(line).contains(" after "))
                        .hasSize(5));
    }

    @Test
    void theUsersResolverIsAskedForOtherNamesAndForTheFallback() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        Queue<String> asked = new ConcurrentLinkedQueue<>();
        HttpClient http = JettyClient.unstarted(PLAIN);
        http.setSocketAddressResolver((host, port, context, promise) -> {
            asked.add(host);
            promise.succeeded(List.of(new InetSocketAddress(clusterIp.ip(), port)));
        });
        OnehopJetty.on(http, onehop(it -> it.initialWait(Duration.ZERO)));
        closing(JettyClient.started(http, PLAIN));

        assertThat(http.GET(URL + ":" + clusterIp.port()).getContentAsString()).isEqualTo("cluster-ip");
        assertThat(http.GET("http://elsewhere.example:" + clusterIp.port()).getContentAsString())
                .isEqualTo("cluster-ip");

        assertThat(asked).hasSize(2).first().asString().startsWith("api-service.shop");
        assertThat(asked).contains("elsewhere.example");
    }

    @Test
    void s11_whereAProxyAppliesItIsAskedForTheServiceByNameAndNoPodIsDialled() throws Exception {
        LoopbackPods pods = pods(2);
        LoopbackPod proxy = clusterIp();
        Onehop onehop = onehop();
        HttpClient http = JettyClient.unstarted(PLAIN);
        var byProxy = new HttpProxy("api-service.shop", proxy.port());
        byProxy.getExcludedAddresses().add("api-service");
        http.getProxyConfiguration().addProxy(byProxy);
        closing(JettyClient.started(OnehopJetty.on(http, onehop), PLAIN));

        assertThat(http.GET(URL + "/").getContentAsString()).isEqualTo("cluster-ip");
        assertThat(http.GET("http://api-service/").getContentAsString()).startsWith("pod-");

        assertThat(proxy.request().line()).contains("http://api-service.shop/");
        assertThat(pods.requests()).isEqualTo(1);
        assertThat(balancer(onehop).tally().started()).isEqualTo(1);
    }

    @Test
    void aConnectThatNobodyWaitsForAnyMoreBecomesAnIdleConnectionThatFollowsTheFleet() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        Destination destination = http.resolveDestination(http.newRequest(URL));
        destination.getConnectionPool().preCreateConnections(1).get(10, TimeUnit.SECONDS);

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.connections()).isEqualTo(1);
        nothingWasLearnt(balancer);
        LoopbackPod leaving = withConnection(pods);
        terminating(pods.all(), leaving);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
        await().atMost(SOON).until(() -> balancer.connections() == 0);
    }

    @Test
    void aConnectionOfOnesOwnGoesToAPodAndItsExchangesAreJudged() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).answering(request -> PodResponse.of(request.path().equals("/bad") ? 500 : 200, "ok"));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        Destination destination = http.resolveDestination(http.newRequest(URL));

        try (var connection = destination.newConnection().get(10, TimeUnit.SECONDS)) {
            for (String path : List.of("/good", "/bad", "/good")) {
                var answer = new CompletableFuture<Integer>();
                connection.send(
                        http.newRequest(URL + path),
                        result -> answer.complete(result.getResponse().getStatus()));
                assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(path.equals("/bad") ? 500 : 200);
            }
            await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        }

        assertThat(balancer.tally().succeeded()).isEqualTo(2);
        assertThat(balancer.tally().failed(Signal.SERVER_ERROR)).isEqualTo(1);
        await().atMost(SOON).until(() -> balancer.connections() == 0);
    }

    @Test
    void requestsAtOnceAllEndAndWhatIsRetiredMeanwhileIsNotUsed() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        for (int round = 0; round < 5; round++) {
            List<CompletableFuture<ContentResponse>> answers = IntStream.range(0, 64)
                    .mapToObj(i -> future(http.newRequest(URL + "/" + i)))
                    .toList();
            if (round == 3) {
                terminating(pods.all(), pods.get(0));
            }
            for (CompletableFuture<ContentResponse> answer : answers) {
                assertThat(answer.get(10, TimeUnit.SECONDS).getStatus()).isEqualTo(200);
            }
        }
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().inFlight()).isZero();
            assertThat(balancer.tally().succeeded()).isEqualTo(5 * 64);
        });
        assertThat(balancer.tally().retirements(Retirement.LEFT)).isPositive();
        await().atMost(SOON).until(() -> pods.get(0).connections() == 0);
    }

    @Test
    void addressesOfPodsAreToBeSeenAndNamedAsTheService() throws Exception {
        LoopbackPods pods = pods(1);
        HttpClient http = http(onehop());
        Destination destination = http.resolveDestination(http.newRequest(URL));

        try (var connection = destination.newConnection().get(10, TimeUnit.SECONDS)) {
            var remote = (InetSocketAddress) connection.getRemoteSocketAddress();
            assertThat(remote.getAddress())
                    .isEqualTo(InetAddress.getByName(pods.get(0).ip()));
            assertThat(remote.getPort()).isEqualTo(pods.get(0).port());
        }
    }

    @Test
    void aClientThatIsStoppedInMidConnectLeavesNoAttemptOpen() throws Exception {
        pods(3).forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        future(http.newRequest(URL));
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);

        http.stop();

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void withHedgedConnectsTheSecondPodAnswersWhileTheFirstIsSilentAndNoConnectionIsLeftOver() throws Exception {
        LoopbackPods pods = pods(2);
        pods.get(0).blackHole();
        Onehop onehop = onehop(it -> it.hedgedConnect(true));
        Balancer balancer = balancer(onehop);

        for (int i = 0; i < 4; i++) {
            try (ClientUnderTest fresh = open(onehop, PLAIN)) {
                assertThat(fresh.get(URL).body()).isEqualTo("pod-2");
            }
        }

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().inFlight()).isZero();
            assertThat(balancer.connections()).isZero();
        });
    }
}
