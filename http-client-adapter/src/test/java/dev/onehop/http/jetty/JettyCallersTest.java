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
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.AsyncRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.DuplexConnectionPool;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** The caller's own trouble, as a gateway has it with those whom it serves, is not held against the pod. */
class JettyCallersTest extends JettyFixture {

    @Test
    void anAbortOfTheCallersSaysNothingWhateverItIsMadeWith() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        int sent = 0;

        for (Throwable trouble : List.of(
                new EOFException("the browser left"), new ClosedChannelException(), new TimeoutException("my own"))) {
            int count = ++sent;
            Request request = http.newRequest(URL + "/");
            CompletableFuture<ContentResponse> answer = future(request);
            await().atMost(SOON).until(() -> pods.requests() == count);
            request.abort(trouble);
            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasCause(trouble);
            await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        }

        nothingWasLearnt(balancer);
    }

    @Test
    void anAbortOfARequestThatWasRedirectedSaysNothing() throws Exception {
        LoopbackPods pods = pods(1);
        var there = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        pods.get(0).answering(request -> {
            if (request.path().equals("/moved")) {
                return PodResponse.redirect(302, "/here");
            }
            there.countDown();
            awaited(over);
            return pods.get(0).echo(request);
        });
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        HttpClient http = http(onehop);
        http.setFollowRedirects(true);
        Request request = http.newRequest(URL + "/moved");
        CompletableFuture<ContentResponse> answer = future(request);
        awaited(there);

        request.abort(new EOFException("the browser left"));

        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(EOFException.class);
        over.countDown();
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void aRequestThatItsCallerAbortsOnceItIsKnownToBeStaleIsNotSentAgain() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        var abandoned = new AtomicReference<Request>();
        HttpClient http = removing(onehop, () -> {
            if (abandoned.get() != null) {
                abandoned.get().abort(new EOFException("the browser left"));
            }
        });
        http.GET(URL);
        withConnection(pods).resetAfterRequest().refuse();

        abandoned.set(http.newRequest(URL));
        CompletableFuture<ContentResponse> answer = future(abandoned.get());

        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(EOFException.class);
        await().atMost(SOON).until(() -> balancer(onehop).tally().failed(Signal.STALE_CONNECTION) == 1);
        assertThat(pods.requests()).isEqualTo(2);
        assertThat(balancer(onehop).tally().started()).isEqualTo(2);
    }

    /** A client whose pool does something before it lets go of a connection: when it has failed its request, and not said so. */
    private HttpClient removing(Onehop onehop, Runnable before) throws Exception {
        var transport = new HttpClientTransportOverHTTP(1);
        transport.setConnectionPoolFactory(destination -> new DuplexConnectionPool(destination, 64) {
            @Override
            public boolean remove(Connection connection) {
                before.run();
                return super.remove(connection);
            }
        });
        return closing(JettyClient.started(OnehopJetty.on(new HttpClient(transport), onehop), PLAIN))
                .http();
    }

    @Test
    void aBodyThatItsCallerCannotGiveSaysNothing() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        var body = new AsyncRequestContent();
        CompletableFuture<ContentResponse> answer =
                future(http(onehop).newRequest(URL + "/").method("POST").body(body));
        body.write(ByteBuffer.wrap(new byte[10]), Callback.NOOP);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);

        body.fail(new EOFException("the browser left"));

        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(EOFException.class);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void aListenerThatFailsItsSourceSaysNothing() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        var done = new CompletableFuture<Throwable>();

        http(onehop)
                .newRequest(URL + "/")
                .onResponseContentSource((response, source) -> source.fail(new EOFException("the browser left")))
                .send(result -> done.complete(result.getFailure()));

        assertThat(done.get(10, TimeUnit.SECONDS)).isInstanceOf(EOFException.class);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        nothingWasLearnt(balancer);
    }

    @Test
    void aPodThatBreaksWhileItIsGivenABodyIsStillBlamed() throws Exception {
        LoopbackPod pod = pods(1).get(0);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        var body = new AsyncRequestContent();
        CompletableFuture<ContentResponse> answer =
                future(http(onehop).newRequest(URL + "/").method("POST").body(body));
        body.write(ByteBuffer.wrap(new byte[10]), Callback.NOOP);
        await().atMost(SOON)
                .until(() -> pod.connections() == 1 && balancer.tally().inFlight() == 1);
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);

        pod.kill();

        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).isNotNull();
        await().atMost(SOON).until(() -> balancer.tally().failed(Signal.RESET) == 1);
    }
}
