package dev.onehop.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.tcp.TcpClient;
import reactor.netty.transport.ProxyProvider;

/** What is Reactor Netty's own: hooks, proxies, cancelling, TCP. */
class OnehopReactorTest extends ContractFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ReactorClient.over(onehop, setup);
    }

    @Test
    void whatTheUserSetIsKeptBeforeAndAfter() {
        pods(1);
        Set<String> called = ConcurrentHashMap.newKeySet();
        HttpClient before = HttpClient.newConnection()
                .doOnChannelInit((observer, channel, remote) -> called.add("init before"))
                .observe((connection, state) -> called.add("observer before"))
                .doOnRequest((request, connection) -> called.add("request before"))
                .mapConnect(connect -> connect.doOnSubscribe(it -> called.add("connect before")))
                .doOnConnected(connection -> called.add("connected before"));
        HttpClient http = OnehopReactor.on(before, onehop())
                .doOnChannelInit((observer, channel, remote) -> called.add("init after"))
                .observe((connection, state) -> called.add("observer after"))
                .doOnResponse((request, connection) -> called.add("response after"))
                .mapConnect(connect -> connect.doOnSubscribe(it -> called.add("connect after")));

        assertThat(got(http, URL + "/")).isEqualTo("pod-1");

        assertThat(called)
                .containsExactlyInAnyOrder(
                        "init before",
                        "observer before",
                        "request before",
                        "connect before",
                        "connected before",
                        "init after",
                        "observer after",
                        "response after",
                        "connect after");
    }

    @Test
    void theErrorIsTheLastConnectsWithALineForEach() {
        LoopbackPods pods = pods(5);
        pods.forEach(LoopbackPod::refuse);
        HttpClient http = OnehopReactor.on(HttpClient.newConnection(), onehop());

        assertThatThrownBy(() -> got(http, URL + "/"))
                .satisfies(thrown -> assertThat(Exceptions.unwrap(thrown))
                        .isInstanceOf(ConnectException.class)
                        .satisfies(failure -> assertThat(List.of(failure.getSuppressed()))
                                .extracting(Throwable::getMessage)
                                .filteredOn(line -> line.contains(" after "))
                                .hasSize(5)));
    }

    @Test
    void s11_whereAProxyAppliesItIsAskedForTheServiceByNameAndNoPodIsDialled() throws Exception {
        LoopbackPods pods = pods(2);
        LoopbackPod proxy = clusterIp();
        Onehop onehop = onehop();
        HttpClient http = OnehopReactor.on(
                HttpClient.newConnection()
                        .proxy(spec -> spec.type(ProxyProvider.Proxy.HTTP)
                                .host("127.0.77.1")
                                .port(proxy.port())
                                .nonProxyHosts("api-service")),
                onehop);

        assertThatThrownBy(() -> got(http, URL + "/")); // the proxy is none: its answer to CONNECT has a body
        assertThat(got(http, "http://api-service/")).startsWith("pod-");

        assertThat(proxy.requests().get(0).line()).startsWith("CONNECT api-service.shop:80 ");
        assertThat(pods.requests()).isEqualTo(1);
        assertThat(balancer(onehop).tally().started()).isEqualTo(1);
    }

    @Test
    void aRequestThatIsCancelledIsAbandonedAndSaysNothingOfThePod() {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = OnehopReactor.on(HttpClient.newConnection(), onehop);

        Disposable request = http.get().uri(URL + "/").response().subscribe();
        await().atMost(SOON).until(() -> pods.requests() == 1);
        assertThat(balancer.tally().inFlight()).isEqualTo(1);
        request.dispose();

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
        assertThat(balancer.connections()).isZero();
    }

    @Test
    void aConnectThatIsCancelledIsAbandonedAndSaysNothingOfThePod() {
        pods(1).forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        TcpClient tcp = OnehopReactor.on(TcpClient.newConnection(), onehop);

        Disposable connect = tcp.host("api-service.shop").port(80).connect().subscribe();
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);
        connect.dispose();

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void aSelectorOfAddressesThatWantsOneGetsOneConnectAndNoAttemptStaysOpen() {
        LoopbackPods pods = pods(3);
        pods.forEach(LoopbackPod::refuse);
        Onehop onehop = onehop();
        HttpClient http = OnehopReactor.on(
                HttpClient.newConnection().resolvedAddressesSelector((config, all) -> all.subList(0, 1)), onehop);

        assertThatThrownBy(() -> got(http, URL + "/"))
                .satisfies(thrown -> assertThat(Exceptions.unwrap(thrown)).isInstanceOf(ConnectException.class));

        assertThat(balancer(onehop).tally().started()).isEqualTo(1);
        assertThat(balancer(onehop).tally().inFlight()).isZero();
        assertThat(balancer(onehop).tally().failed(Signal.CONNECT_REFUSED)).isEqualTo(1);
    }

    @Test
    void f05_aPostIsNotSentAgainWhenItsConnectionTurnsOutToBeClosed() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        client.get(URL + "/");
        pods.get(0).resetAfterRequest();

        assertThatThrownBy(() -> client.send("POST", URL + "/", "order")).isInstanceOf(IOException.class);

        assertThat(pods.requests()).isEqualTo(2);
        assertThat(balancer(onehop).tally().failed(Signal.STALE_CONNECTION)).isEqualTo(1);
    }

    @Test
    void withRetriesDisabledNothingIsSentAgain() {
        LoopbackPods pods = pods(1);
        HttpClient http = OnehopReactor.on(
                HttpClient.create(ConnectionProvider.create("one", 1)).disableRetry(true), onehop());
        got(http, URL + "/");
        pods.get(0).resetAfterRequest();

        assertThatThrownBy(() -> got(http, URL + "/"));

        assertThat(pods.requests()).isEqualTo(2);
    }

    @Test
    void tcpConnectsFailOverAndAConnectionThatIsInUseIsLeftToItsUser() throws Exception {
        LoopbackPods pods = pods(3);
        pods.get(0).refuse();
        pods.get(1).refuse();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        TcpClient tcp =
                OnehopReactor.on(TcpClient.newConnection().resolver(DefaultAddressResolverGroup.INSTANCE), onehop);
        Connection connection = tcp.host("api-service.shop").port(80).connectNow(SOON);

        assertThat(balancer.connections()).isEqualTo(1);
        assertThat(balancer.tally().inFlight()).isEqualTo(1);
        terminating(pods.all(), pods.get(2));
        await().atMost(SOON).until(() -> balancer.tally().retirements(Retirement.LEFT) == 1);
        Thread.sleep(100);
        assertThat(connection.channel().isActive()).isTrue();
        connection.dispose();

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().inFlight()).isZero();
            assertThat(balancer.connections()).isZero();
        });
    }

    @Test
    void requestsAtOnceEachHaveAConnectionAndAllAreEnded() {
        pods(3);
        Onehop onehop = onehop();
        HttpClient http = OnehopReactor.on(HttpClient.create(ConnectionProvider.create("many", 16)), onehop);
        var answers = new AtomicInteger();

        Flux.fromIterable(Collections.nCopies(200, URL + "/"))
                .flatMap(url -> http.get().uri(url).responseSingle((head, body) -> body.asString()), 16)
                .doOnNext(body -> answers.incrementAndGet())
                .blockLast(SOON);

        assertThat(answers).hasValue(200);
        Balancer balancer = balancer(onehop);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().inFlight()).isZero();
            assertThat(balancer.tally().succeeded()).isEqualTo(200);
        });
    }

    private static String got(HttpClient http, String url) {
        return String.valueOf(http.get()
                .uri(url)
                .responseSingle((head, body) -> head.status().code() == 200
                        ? body.asString()
                        : Mono.error(new IOException(String.valueOf(head.status()))))
                .block(SOON));
    }

    private static void nothingWasLearnt(Balancer balancer) {
        for (Signal each : Signal.values()) {
            assertThat(balancer.tally().failed(each)).as(each.name()).isZero();
        }
    }
}
