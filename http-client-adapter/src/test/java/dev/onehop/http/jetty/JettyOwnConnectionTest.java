package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.io.EndPoint;
import org.junit.jupiter.api.Test;

/** Connections that are their user's: got from a destination, or become a tunnel. */
class JettyOwnConnectionTest extends JettyFixture {

    @Test
    void aRequestOnItThatItsPodClosesIsNotSentAgainAndHeldAgainstNobody() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        HttpClient http = http(onehop);

        try (Connection connection = own(http)) {
            assertThat(sent(connection, http.newRequest(URL)).isSucceeded()).isTrue();
            pods.forEach(pod -> pod.resetAfterRequest());
            assertThat(sent(connection, http.newRequest(URL)).isFailed()).isTrue();
        }

        assertThat(pods.requests()).isEqualTo(2);
        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.STALE_CONNECTION) == 1);
        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
    }

    @Test
    void aRequestOnItThatCannotBeSentLeavesNoAttemptOpen() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        HttpUpgrader.Factory none = version -> {
            throw new IllegalStateException("no upgrader");
        };

        try (Connection connection = own(http)) {
            assertThat(sent(connection, http.newRequest(URL)).isSucceeded()).isTrue();
            Request upgrade = http.newRequest(URL).attribute(HttpUpgrader.Factory.class.getName(), none);
            assertThatThrownBy(() -> connection.send(upgrade, null)).hasMessage("no upgrader");
            await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        }

        nothingWasLearnt(balancer);
    }

    @Test
    void aRequestOnOneThatIsClosedFailsAtOnceAndSaysNothing() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        Connection connection = own(http);
        connection.close();
        await().atMost(SOON).until(() -> balancer.connections() == 0);

        assertThat(sent(connection, http.newRequest(URL)).isFailed()).isTrue();

        assertThat(balancer.tally().inFlight()).isZero();
        nothingWasLearnt(balancer);
    }

    @Test
    void aTunnelIsLeftToItsUserWhenItsPodLeaves() throws Exception {
        LoopbackPods pods = pods(2);
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, "")));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        Request request = http.newRequest(URL).method("CONNECT").path("api-service.shop:80");
        assertThat(future(request).get(10, TimeUnit.SECONDS).getStatus()).isEqualTo(200);
        var tunnel = (EndPoint) ((HttpRequest) request).getConversation().getAttribute(EndPoint.class.getName());

        terminating(pods.all(), withConnection(pods));
        await().during(Duration.ofMillis(300)).atMost(SOON).until(tunnel::isOpen);
        nothingWasLearnt(balancer);
        tunnel.close();

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().succeeded()).isEqualTo(1);
    }

    private static Connection own(HttpClient http) throws Exception {
        return http.resolveDestination(http.newRequest(URL)).newConnection().get(10, TimeUnit.SECONDS);
    }

    private static Result sent(Connection connection, Request request) throws Exception {
        var result = new CompletableFuture<Result>();
        connection.send(request, result::complete);
        return result.get(10, TimeUnit.SECONDS);
    }
}
