package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

/** What is no pod's doing in a dial, or comes when it is over. */
class JettyDialTest extends JettyFixture {

    @Test
    void aNameThatIsResolvedTooLateIsNotDialled() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        var lookup = new CompletableFuture<Promise<List<InetSocketAddress>>>();
        HttpClient http = JettyClient.unstarted(PLAIN);
        http.setConnectTimeout(300);
        http.setSocketAddressResolver((host, port, context, promise) -> lookup.complete(promise));
        OnehopJetty.on(http, onehop(it -> it.initialWait(Duration.ZERO)));
        closing(JettyClient.started(http, PLAIN));

        assertThatThrownBy(() -> http.GET(URL + ":" + clusterIp.port()));
        lookup.get(10, TimeUnit.SECONDS).succeeded(List.of(new InetSocketAddress(clusterIp.ip(), clusterIp.port())));

        await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> clusterIp.accepts() == 0);
    }

    @Test
    void anErrorOfTheClientsOwnSetupIsToldAsItIsAndSaysNothingOfPods() throws Exception {
        pods(2);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClientTransport broken = new HttpClientTransportOverHTTP(1) {
            @Override
            public org.eclipse.jetty.io.Connection newConnection(
                    org.eclipse.jetty.io.EndPoint endPoint, java.util.Map<String, Object> context) {
                throw new IllegalStateException("set up wrongly");
            }
        };
        var http = new HttpClient(broken);
        closing(JettyClient.started(OnehopJetty.on(http, onehop), PLAIN));

        assertThatThrownBy(() -> http.GET(URL)).hasRootCauseMessage("set up wrongly");

        assertThat(balancer.tally().failed(Signal.CONNECT_REFUSED)).isZero();
    }

    @Test
    void aTimeThatARequestSpentInTheQueueIsNotHeldAgainstThePodThatHadItBriefly() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        http.setMaxConnectionsPerDestination(1);
        CompletableFuture<ContentResponse> before = future(http.newRequest(URL));
        await().atMost(SOON).until(() -> pods.requests() == 1);
        CompletableFuture<ContentResponse> queued = future(http.newRequest(URL).timeout(2, TimeUnit.SECONDS));
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);

        before.cancel(true);

        assertThatThrownBy(() -> queued.get(10, TimeUnit.SECONDS)).hasMessageContaining("Total timeout");
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(pods.requests()).isEqualTo(2);
        nothingWasLearnt(balancer);
    }

    @Test
    void aConnectThatItsPodResetsBeforeItStandsGoesOnToAnotherPod() throws Exception {
        LoopbackPods pods = pods(2);
        pods.get(0).resetAfterAccept();
        Onehop onehop = onehop();
        HttpClient http = http(onehop);

        for (int i = 0; i < 10 && pods.get(0).accepts() == 0; i++) {
            int accepts = pods.accepts();
            CountDownLatch connected = withoutNotice(http);
            Request order = http.newRequest(URL).method("POST").body(new StringRequestContent("order"));
            CompletableFuture<ContentResponse> answer =
                    future(order.headers(headers -> headers.put("Connection", "close")));
            await().atMost(SOON).until(() -> pods.accepts() > accepts);
            pods.forEach(LoopbackPod::awaitAccepted);
            connected.countDown();
            assertThat(answer.get(10, TimeUnit.SECONDS).getContentAsString()).isEqualTo("order");
        }

        assertThat(pods.get(0).accepts()).isPositive();
        assertThat(balancer(onehop).tally().failed(Signal.CONNECT_REFUSED))
                .isEqualTo(pods.get(0).accepts());
    }

    @Test
    void aFallbackOfSeveralAddressesGoesToTheNextWhereOneRefuses() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        LoopbackPods refusing = closing(LoopbackPods.start(1));
        refusing.forEach(LoopbackPod::refuse);
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        HttpClient http = JettyClient.unstarted(PLAIN);
        http.setSocketAddressResolver((host, port, context, promise) ->
                promise.succeeded(List.of(refusing.get(0).address(), new InetSocketAddress(clusterIp.ip(), port))));
        OnehopJetty.on(http, onehop(it -> it.initialWait(Duration.ZERO)));
        closing(JettyClient.started(http, PLAIN));

        Request order = http.newRequest(URL + ":" + clusterIp.port()).method("POST");

        assertThat(order.body(new StringRequestContent("order")).send().getContentAsString())
                .isEqualTo("order");
        assertThat(clusterIp.accepts()).isEqualTo(1);
    }

    @Test
    void whereConnectsBlockDialsDoSoOnThreadsOfTheClients() throws Exception {
        LoopbackPods pods = pods(2);
        pods.forEach(LoopbackPod::blackHole);
        Queue<String> threads = new ConcurrentLinkedQueue<>();
        HttpClientTransport recording = new HttpClientTransportOverHTTP(1) {
            @Override
            public void connect(SocketAddress address, Map<String, Object> context) {
                threads.add(Thread.currentThread().getName());
                super.connect(address, context);
            }
        };
        var http = new HttpClient(recording);
        http.setConnectTimeout(2_000);
        ((HttpClientTransportOverHTTP) recording).getClientConnector().setConnectBlocking(true);
        closing(JettyClient.started(OnehopJetty.on(http, onehop()), PLAIN));

        assertThatThrownBy(() -> http.GET(URL)).isInstanceOf(ExecutionException.class);

        String own = ((QueuedThreadPool) http.getExecutor()).getName();
        assertThat(threads).hasSizeGreaterThan(1);
        assertThat(threads.stream().skip(1)) // the first is the connect in whose place we dial
                .allMatch(name -> name.startsWith(own));
    }
}
