package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Tally;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.eclipse.jetty.client.AbstractConnectionPool;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.junit.jupiter.api.Test;

/** Requests that meet a connection which their pod closes: which are sent again, which go by another, which fail. */
class JettyStaleTest extends JettyFixture {

    @Test
    void f15_aGetOnAConnectionThatItsPodClosesInThatMomentIsSentAgainAsItWas() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        HttpClient http = http(onehop);
        http.GET(URL);
        LoopbackPod closing = withConnection(pods);
        LoopbackPod other = pods.get(closing == pods.get(0) ? 1 : 0);
        closing.resetAfterRequest().refuse();

        ContentResponse answer = http.newRequest(URL + "/orders?id=7")
                .headers(headers -> headers.put("Authorization", "Bearer me").put("Cookie", "own=1"))
                .cookie(HttpCookie.from("taste", "sweet"))
                .send();

        assertThat(answer.getContentAsString()).isEqualTo(other.name());
        assertThat(other.request().line())
                .isEqualTo(closing.requests().get(1).line())
                .contains("/orders?id=7");
        assertThat(other.request().headers())
                .isEqualTo(closing.requests().get(1).headers())
                .containsEntry("authorization", List.of("Bearer me"));
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer(onehop).tally().failed(Signal.STALE_CONNECTION)).isEqualTo(1);
            assertThat(balancer(onehop).tally().succeeded()).isEqualTo(2);
            assertThat(balancer(onehop).tally().inFlight()).isZero();
        });
    }

    @Test
    void aGetIsSentAgainFiveTimesAtMost() throws Exception {
        LoopbackPods pods = pods(7);
        Onehop onehop = onehop();
        HttpClient http = http(onehop);
        Destination destination = http.resolveDestination(http.newRequest(URL));
        var all = new CountDownLatch(7);
        pods.forEach(pod -> pod.answering(request -> {
            all.countDown();
            awaited(all);
            return pod.echo(request);
        }));
        List<CompletableFuture<ContentResponse>> first =
                Stream.generate(() -> future(http.newRequest(URL))).limit(7).toList();
        for (CompletableFuture<ContentResponse> each : first) {
            each.get(10, TimeUnit.SECONDS);
        }
        await().atMost(SOON)
                .until(() -> ((AbstractConnectionPool) destination.getConnectionPool()).getIdleConnectionCount() >= 7);
        pods.forEach(LoopbackPod::resetAfterRequest);

        assertThatThrownBy(() -> http.GET(URL)).isInstanceOf(ExecutionException.class);

        assertThat(pods.requests()).isEqualTo(7 + 6);
    }

    @Test
    void f05_aPostIsNotSentAgainWhenItsConnectionBreaksBeforeAnAnswer() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        client.get(URL + "/");
        pods.get(0).resetAfterRequest();

        assertThatThrownBy(() -> client.send("POST", URL + "/", "order")).isInstanceOf(IOException.class);

        assertThat(pods.requests()).isEqualTo(2);
        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.STALE_CONNECTION) == 1);
    }

    @Test
    void f15_aPostOnAConnectionThatItsPodHasClosedGoesByAnother() throws Exception {
        LoopbackPods pods = pods(2);
        HttpClient http = http(onehop());
        http.GET(URL);
        LoopbackPod closed = withConnection(pods);
        CountDownLatch unnoticed = withoutNotice(http);
        await().atMost(SOON).until(() -> closed.refuse().closeIdle().connections() == 0);

        CompletableFuture<ContentResponse> answer =
                future(http.newRequest(URL).method("POST").body(new StringRequestContent("order")));
        unnoticed.countDown();

        assertThat(answer.get(10, TimeUnit.SECONDS).getContentAsString()).isEqualTo("order");
        assertThat(closed.requests()).hasSize(1);
    }

    @Test
    void aGetOnAConnectionThatNobodyUsedAndThatItsPodClosesIsSentAgain() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        Destination destination = http.resolveDestination(http.newRequest(URL));
        destination.getConnectionPool().preCreateConnections(1).get(10, TimeUnit.SECONDS);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        LoopbackPod closing = withConnection(pods);
        closing.resetAfterRequest().refuse();

        assertThat(http.GET(URL).getStatus()).isEqualTo(200);

        assertThat(pods.requests()).isEqualTo(2);
        await().atMost(SOON).until(() -> balancer.tally().failed(Signal.STALE_CONNECTION) == 1);
    }

    @Test
    void f15_aGetOnAConnectionThatWasMadeThisMomentAndThatItsPodClosesIsSentAgain() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        HttpClient http = http(onehop);
        LoopbackPod closing = idling(http, pods);
        closing.resetAfterRequest().refuse();

        assertThat(http.GET(URL).getStatus()).isEqualTo(200);

        assertThat(pods.requests()).isEqualTo(2);
        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.STALE_CONNECTION) == 1);
    }

    @Test
    void f15_aPostOnAConnectionThatWasMadeThisMomentAndThatItsPodHasClosedGoesByAnother() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        HttpClient http = http(onehop);
        LoopbackPod closed = idling(http, pods);
        CountDownLatch unnoticed = withoutNotice(http);
        soon().until(() -> closed.refuse().closeIdle().connections() == 0);

        CompletableFuture<ContentResponse> answer =
                future(http.newRequest(URL).method("POST").body(new StringRequestContent("order")));
        unnoticed.countDown();

        assertThat(answer.get(10, TimeUnit.SECONDS).getContentAsString()).isEqualTo("order");
        assertThat(closed.requests()).isEmpty();
    }

    @Test
    void aPodThatClosesWhatItHasJustAcceptedIsBlamedAndCostsNoRequest() throws Exception {
        LoopbackPods pods = pods(2);
        LoopbackPod closing = pods.get(0);
        Onehop onehop = onehop();
        HttpClient http = closedBy(onehop, List.of(closing));

        // one that the machine keeps waiting for a tenth of a second may have been idle, and is not blamed
        for (int i = 0; i < 20 && blamed(onehop) == 0; i++) {
            Request order = http.newRequest(URL).method("POST").body(new StringRequestContent("order"));
            assertThat(order.headers(headers -> headers.put("Connection", "close"))
                            .send()
                            .getContentAsString())
                    .isEqualTo("order");
        }

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(blamed(onehop)).isPositive();
            assertThat(balancer(onehop).tally().inFlight()).isZero();
        });
        assertThat(closing.requests()).isEmpty();
    }

    @Test
    void wherePodsCloseAllThatTheyAcceptARequestFailsAfterAFewConnects() throws Exception {
        LoopbackPods pods = pods(5);
        HttpClient http = closedBy(onehop(), pods.all());

        assertThatThrownBy(() -> http.GET(URL)).isInstanceOf(ExecutionException.class);

        assertThat(pods.accepts()).isBetween(6, 12); // Jetty's pool makes one too many at times
    }

    /** Jetty may notice the close as a request comes to the connection, or before the connection is ready for one. */
    private static long blamed(Onehop onehop) {
        Tally tally = balancer(onehop).tally();
        return tally.failed(Signal.RESET) + tally.failed(Signal.CONNECT_REFUSED);
    }

    /** The pod that has a connection which was made for nobody, this moment. */
    private static LoopbackPod idling(HttpClient http, LoopbackPods pods) throws Exception {
        Destination destination = http.resolveDestination(http.newRequest(URL));
        destination.getConnectionPool().preCreateConnections(1).get(10, TimeUnit.SECONDS);
        soon().until(() -> pods.all().stream().anyMatch(pod -> pod.connections() > 0));
        return withConnection(pods);
    }

    /** Within a tenth of a second, if it can be. */
    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    /** A client to which connects to {@code pods} stand when these have closed them. */
    private HttpClient closedBy(Onehop onehop, List<LoopbackPod> pods) throws Exception {
        var transport = new HttpClientTransportOverHTTP(1) {
            @Override
            public Connection newConnection(EndPoint endPoint, Map<String, Object> context) throws IOException {
                var to = (InetSocketAddress) endPoint.getRemoteSocketAddress();
                pods.stream()
                        .filter(pod -> pod.ip().equals(to.getAddress().getHostAddress()))
                        .forEach(pod -> soon().until(
                                        () -> pod.awaitAccepted().closeIdle().connections() == 0));
                return super.newConnection(endPoint, context);
            }
        };
        return closing(JettyClient.started(OnehopJetty.on(new HttpClient(transport), onehop), PLAIN))
                .http();
    }
}
