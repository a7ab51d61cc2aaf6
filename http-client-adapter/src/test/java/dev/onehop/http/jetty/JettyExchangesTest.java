package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** What is Jetty's own of exchanges: how they end, redirects, upgrades. */
class JettyExchangesTest extends JettyFixture {

    @Test
    void aRedirectThatTheClientFollowsIsTwoExchangesAndLeavesItsConnectionIdle() throws Exception {
        LoopbackPods pods = pods(2);
        LoopbackPod foreign = clusterIp();
        pods.forEach(pod -> pod.answering(request -> switch (request.path()) {
            case "/there" -> PodResponse.redirect(302, "http://foreign.example:" + foreign.port() + "/");
            case "/moved" -> PodResponse.redirect(302, "/here");
            default -> pod.echo(request);
        }));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        http.setFollowRedirects(true);

        assertThat(http.GET(URL + "/moved").getContentAsString()).startsWith("pod-");
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().succeeded()).isEqualTo(2);
            assertThat(balancer.tally().inFlight()).isZero();
        });
        foreign.stall();
        CompletableFuture<ContentResponse> elsewhere = future(http.newRequest(URL + "/there"));
        await().atMost(SOON).until(() -> foreign.requests().size() == 1);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().succeeded()).isEqualTo(3);
            assertThat(balancer.tally().inFlight()).isZero();
        });
        assertThat(elsewhere).isNotDone();
        LoopbackPod leaving = withConnection(pods);
        terminating(pods.all(), leaving);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
    }

    @Test
    void aClientThatIsStartedAgainEndsTheFirstHopOfARedirectInTime() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod foreign = clusterIp().stall();
        pods.get(0).answering(request -> PodResponse.redirect(302, "http://foreign.example:" + foreign.port() + "/"));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        http.stop();
        http.start();
        http.setFollowRedirects(true);

        CompletableFuture<ContentResponse> elsewhere = future(http.newRequest(URL));
        await().atMost(SOON).until(() -> foreign.requests().size() == 1);

        await().atMost(SOON).until(() -> balancer.tally().succeeded() == 1);
        assertThat(balancer.tally().inFlight()).isZero();
        assertThat(elsewhere).isNotDone();
    }

    @Test
    void aRequestThatIsCancelledIsAbandonedAndSaysNothingOfThePod() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        CompletableFuture<ContentResponse> answer = future(http(onehop).newRequest(URL + "/"));

        await().atMost(SOON).until(() -> pods.requests() == 1);
        assertThat(balancer.tally().inFlight()).isEqualTo(1);
        answer.cancel(true);

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
        await().atMost(SOON).until(() -> balancer.connections() == 0);
    }

    @Test
    void anIdleTimeoutOfARequestSpeaksAgainstThePod() throws Exception {
        pods(1).forEach(LoopbackPod::stall);
        Onehop onehop = onehop();
        HttpClient http = http(onehop);

        assertThatThrownBy(() ->
                http.newRequest(URL).idleTimeout(500, TimeUnit.MILLISECONDS).send());

        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.RESPONSE_TIMEOUT) == 1);
    }

    @Test
    void retryAfterAsksForLess() throws Exception {
        pods(1).forEach(pod ->
                pod.answering(request -> PodResponse.of(503, "later").with("Retry-After", "7")));
        Onehop onehop = onehop();

        assertThat(http(onehop).GET(URL).getStatus()).isEqualTo(503);

        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.BUSY) == 1);
    }

    @Test
    void whatIsNoHttpSpeaksAgainstThePod() throws Exception {
        pods(1).forEach(pod -> pod.answeringGarbage("SSH-2.0-OpenSSH_9.2\r\n"));
        Onehop onehop = onehop();

        assertThatThrownBy(() -> http(onehop).GET(URL));

        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.RESET) == 1);
    }

    @Test
    void anUpgradedConnectionIsLeftToItsUserWhenItsPodLeaves() throws Exception {
        LoopbackPods pods = pods(2);
        pods.forEach(pod -> pod.answering(
                request -> PodResponse.of(101, "").with("Upgrade", "websocket").with("Connection", "Upgrade")));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        var upgraded = new CompletableFuture<EndPoint>();
        HttpUpgrader.Factory factory = version -> new HttpUpgrader() {
            @Override
            public void prepare(Request request) {
                request.headers(headers -> headers.put("Connection", "Upgrade").put("Upgrade", "websocket"));
            }

            @Override
            public void upgrade(Response response, EndPoint endPoint, Callback callback) {
                upgraded.complete(endPoint);
                callback.succeeded();
            }
        };
        http.newRequest(URL)
                .attribute(HttpUpgrader.Factory.class.getName(), factory)
                .send(result -> {});
        EndPoint endPoint = upgraded.get(10, TimeUnit.SECONDS);

        terminating(pods.all(), withConnection(pods));
        await().during(Duration.ofMillis(300)).atMost(SOON).until(endPoint::isOpen);
        nothingWasLearnt(balancer);
        endPoint.close();

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().succeeded()).isEqualTo(1);
    }
}
