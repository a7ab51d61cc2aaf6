package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ProxyOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What Vert.x's own clients see of Onehop, and Onehop of them, beside what the contracts say. */
class OnehopVertxTest extends ContractFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    @Test
    void aNetClientGoesOnToAnotherPodAndItsConnectionIsOneAttemptUntilItIsClosed() throws Exception {
        LoopbackPods pods = pods(3);
        pods.get(0).refuse();
        pods.get(1).refuse();
        Onehop onehop = onehop();
        OnehopVertx over = OnehopVertx.of(onehop);
        NetClient client = over.on(vertx(over).createNetClient());

        NetSocket socket = VertxClient.got(client.connect(80, "api-service.shop"));

        assertThat(socket.remoteAddress().host()).isEqualTo("api-service.shop");
        await().atMost(SOON).until(() -> pods.get(2).connections() == 1);
        assertThat(balancer(onehop).tally().inFlight()).isEqualTo(1);
        assertThat(balancer(onehop).connections()).isEqualTo(1);
        VertxClient.got(socket.close());
        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
        assertThat(balancer(onehop).connections()).isZero();
    }

    @Test
    void whateverElseConnectsByThatVertxGoesToAPodWithOneDial() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        Vertx vertx = vertx(OnehopVertx.of(onehop));

        assertThat(body(vertx.createHttpClient(), "api-service.shop", "/")).isEqualTo("pod-1");
        pods.get(0).refuse();
        assertThatThrownBy(() -> VertxClient.got(vertx.createNetClient().connect(80, "api-service.shop")))
                .isInstanceOf(IOException.class);

        assertThat(balancer(onehop).tally().started()).isEqualTo(2);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(balancer(onehop).tally().failed(Signal.CONNECT_REFUSED))
                        .isEqualTo(1));
    }

    @Test
    void s11_whereAProxyAppliesItIsAskedForTheServiceByNameAndNoPodIsDialled() throws Exception {
        LoopbackPods pods = pods(2);
        LoopbackPod proxy = clusterIp();
        Onehop onehop = onehop();
        OnehopVertx over = OnehopVertx.of(onehop);
        HttpClient client = over.on(vertx(over).httpClientBuilder())
                .with(new HttpClientOptions()
                        .setProxyOptions(
                                new ProxyOptions().setHost("127.0.77.1").setPort(proxy.port())))
                .build();

        assertThat(body(client, "api-service.shop", "/orders")).isEqualTo("cluster-ip");
        assertThatThrownBy(() -> VertxClient.got(client.request(new RequestOptions()
                        .setHost("api-service.shop")
                        .setPort(80)
                        .setSsl(true))))
                .isInstanceOf(IOException.class); // the proxy is none: its answer to CONNECT has a body

        assertThat(proxy.requests())
                .extracting(each -> each.line())
                .satisfiesExactly(
                        plain -> assertThat(plain).startsWith("GET http://api-service.shop/orders "),
                        tunnel -> assertThat(tunnel).startsWith("CONNECT api-service.shop:80 "));
        assertThat(pods.requests()).isZero();
        assertThat(balancer(onehop).tally().started()).isZero();
    }

    @Test
    void theUsersOwnConnectHandlerIsCalledToo() throws Exception {
        pods(1);
        OnehopVertx over = OnehopVertx.of(onehop());
        List<HttpConnection> connections = new CopyOnWriteArrayList<>();
        HttpClient client = over.on(vertx(over).httpClientBuilder())
                .withConnectHandler(connections::add)
                .build();

        body(client, "api-service.shop", "/");

        assertThat(connections)
                .singleElement()
                .satisfies(
                        each -> assertThat(each.remoteAddress().hostAddress()).startsWith("127."));
    }

    @Test
    void aRequestThatItsCallerResetsSpeaksAgainstNobody() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();
        Onehop onehop = onehop();
        HttpClientRequest request = VertxClient.got(http(onehop).request(HttpMethod.GET, 80, "api-service.shop", "/"));
        Future<?> response = request.send();
        await().atMost(SOON).until(() -> pods.get(0).connections() == 1);

        VertxClient.got(request.reset(Http2Error.INTERNAL_ERROR.code()));

        assertThatThrownBy(() -> VertxClient.got(response)).isInstanceOf(IOException.class);
        Balancer balancer = balancer(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isEqualTo(1);
        assertThat(List.of(Signal.values()))
                .allSatisfy(
                        signal -> assertThat(balancer.tally().failed(signal)).isZero());
    }

    @Test
    void theAnswerToARedirectThatVertxFollowsIsNotHeldAgainstThePodThatRedirected() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod elsewhere = clusterIp();
        elsewhere.answering(request -> PodResponse.of(503, "no"));
        pods.get(0)
                .answering(request ->
                        PodResponse.of(302, "").with("Location", "http://foreign.example:" + elsewhere.port() + "/"));
        Onehop onehop = onehop();

        int status = VertxClient.got(http(onehop)
                .request(new RequestOptions()
                        .setHost("api-service.shop")
                        .setPort(80)
                        .setFollowRedirects(true))
                .compose(HttpClientRequest::send)
                .map(response -> response.statusCode()));

        assertThat(status).isEqualTo(503);
        await().atMost(SOON).until(() -> balancer(onehop).tally().succeeded() == 1);
        assertThat(balancer(onehop).tally().failed(Signal.UNAVAILABLE)).isZero();
    }

    @Test
    void allDialsOfARequestAreWithinItsTimeToConnect() throws Exception {
        LoopbackPods pods = pods(5);
        pods.forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        OnehopVertx over = OnehopVertx.of(onehop);
        HttpClient client = over.on(vertx(over).httpClientBuilder())
                .with(new HttpClientOptions().setConnectTimeout(3_000)) // of which core gives each of three dials one
                .build();
        var options =
                new RequestOptions().setHost("api-service.shop").setPort(80).setConnectTimeout(1_500);

        Duration took = timed(() -> assertThatThrownBy(() -> VertxClient.got(client.request(options)))
                .isInstanceOf(IOException.class));

        assertThat(took)
                .isBetween(Duration.ofMillis(1_400), Duration.ofMillis(1_500).plus(SLACK));
    }

    private HttpClient http(Onehop onehop) {
        OnehopVertx over = OnehopVertx.of(onehop);
        return over.on(vertx(over).httpClientBuilder()).build();
    }

    private Vertx vertx(OnehopVertx over) {
        Vertx vertx = over.on(VertxClient.builder()).build();
        closing(() -> VertxClient.got(vertx.close()));
        return vertx;
    }

    private static String body(HttpClient client, String host, String path) throws IOException {
        return VertxClient.got(client.request(HttpMethod.GET, 80, host, path)
                        .compose(HttpClientRequest::send)
                        .compose(response -> response.body()))
                .toString();
    }
}
