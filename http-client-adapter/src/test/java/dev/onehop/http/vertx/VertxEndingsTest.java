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
import dev.onehop.http.contract.ScriptedTlsPod;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import dev.onehop.testing.TestCertificate;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose ending it is: the pod's, its caller's, or that of another pod a redirect led to. */
class VertxEndingsTest extends ContractFixture {

    @Override
    protected VertxClient open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    @Test
    void aPodThatLeavesWhileItsWholeAnswerWaitsForItsReaderFailsNoOtherRequest() throws Exception {
        LoopbackPods pods = pods(2);
        Onehop onehop = onehop();
        VertxClient client = vertx(onehop);
        HttpClientResponse unread = VertxClient.got(client.http()
                .request(HttpMethod.GET, 80, "api-service.shop", "/")
                .compose(request -> request.send().map(HttpClientResponse::pause)));
        var connection = (HttpClientConnectionInternal) unread.request().connection();
        await().atMost(SOON).until(() -> connection.activeStreams() == 0);
        LoopbackPod leaving = pods.all().stream()
                .filter(pod -> !pod.requests().isEmpty())
                .findFirst()
                .orElseThrow();

        terminating(pods.all(), leaving);
        await().atMost(SOON).until(() -> balancer(onehop).eligible().size() == 1);

        for (int i = 0; i < 4; i++) {
            assertThat(client.get(URL + "/").body()).isNotEqualTo(leaving.name());
        }
        var body = unread.body();
        unread.resume();
        assertThat(VertxClient.got(body)).hasToString(leaving.name());
        await().atMost(SOON).until(() -> leaving.connections() == 0);
        assertThat(balancer(onehop).tally().succeeded()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPodThatRefusesOurCertificateAfterTheHandshakeIsNotBlamed(boolean http2, @TempDir Path folder)
            throws Exception {
        TestCertificate right = TestCertificate.of("api-service.shop", folder);
        ScriptedTlsPod pod = closing(new ScriptedTlsPod(right.server()));
        pod.wantsCertificates();
        discovery.set(
                LoopbackPods.service(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "slice-strict",
                        List.of(new SlicePort("http", Protocol.TCP, pod.port())),
                        List.of(Endpoint.builder("127.0.0.1")
                                .conditions(true, true, false)
                                .pod("pod-1", "uid-1")
                                .build())));
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, setup(TestCertificate.trusting(right), http2));

        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() -> client.get("https://api-service.shop:80/")).isInstanceOf(IOException.class);
        }

        Balancer balancer = balancer(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().failed(Signal.TLS_CLIENT_REFUSED)).isPositive();
        assertThat(balancer.tally().failed(Signal.RESET)).isZero();
        assertThat(balancer.tally().failed(Signal.CONNECT_REFUSED)).isZero();
        assertThat(balancer.eligible().ejected()).isEmpty();
    }

    @Test
    void aRedirectWhoseTargetRefusesIsNotHeldAgainstThePodThatRedirected() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod elsewhere = clusterIp();
        pods.get(0).answering(request -> PodResponse.redirect(302, "http://foreign.example:" + elsewhere.port() + "/"));
        elsewhere.refuse();
        Onehop onehop = onehop();

        assertThatThrownBy(() -> following(vertx(onehop))).isInstanceOf(IOException.class);

        await().atMost(SOON).until(() -> balancer(onehop).tally().succeeded() == 1);
        assertNoneBlamed(onehop);
    }

    @Test
    void aRedirectThatVertxFollowsGoesOnToAnotherPodAndIsJudgedAsARequestOfItsOwn() throws Exception {
        LoopbackPods pods = pods(3);
        pods.forEach(pod -> pod.answering(request -> {
            if (request.path().equals("/next")) {
                return pod.echo(request);
            }
            pods.all().stream().filter(other -> other != pod).forEach(LoopbackPod::refuse);
            return PodResponse.redirect(302, URL + "/next").with("Connection", "close");
        }));
        Onehop onehop = onehop();

        assertThat(following(vertx(onehop)).statusCode()).isEqualTo(200);

        await().atMost(SOON).until(() -> balancer(onehop).tally().succeeded() == 2);
        assertThat(balancer(onehop).tally().failed(Signal.CONNECT_REFUSED)).isPositive();
    }

    @Test
    void theEndOfATunnelIsNoReset() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).answering(request -> PodResponse.of(200, ""));
        Onehop onehop = onehop();
        HttpClientResponse tunnel = VertxClient.got(vertx(onehop)
                .http()
                .request(HttpMethod.CONNECT, 80, "api-service.shop", "/")
                .compose(HttpClientRequest::connect));

        VertxClient.got(tunnel.netSocket().close());

        await().atMost(SOON).until(() -> balancer(onehop).tally().succeeded() == 1);
        assertNoneBlamed(onehop);
    }

    @Test
    void aCallerThatIsSlowWithItsBodyIsNotHeldAgainstThePod() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        var options =
                new RequestOptions().setHost("api-service.shop").setPort(80).setMethod(HttpMethod.POST);
        HttpClientRequest request = VertxClient.got(
                vertx(onehop).http().request(options.setIdleTimeout(300)).map(made -> made.setChunked(true)));
        var unused = request.write(Buffer.buffer("the beginning"));

        assertThatThrownBy(() -> VertxClient.got(request.response()))
                .hasRootCauseInstanceOf(java.util.concurrent.TimeoutException.class);

        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
        assertThat(balancer(onehop).tally().started()).isEqualTo(1);
        assertNoneBlamed(onehop);
    }

    private static HttpClientResponse following(VertxClient client) throws IOException {
        return VertxClient.got(client.http()
                .request(new RequestOptions()
                        .setHost("api-service.shop")
                        .setPort(80)
                        .setFollowRedirects(true))
                .compose(HttpClientRequest::send));
    }

    private static void assertNoneBlamed(Onehop onehop) {
        assertThat(List.of(Signal.values()))
                .allSatisfy(signal -> assertThat(balancer(onehop).tally().failed(signal))
                        .as(signal.name())
                        .isZero());
    }

    private static Setup setup(@Nullable SSLContext trust, boolean http2) {
        return new Setup(trust, http2, Duration.ofSeconds(3), Duration.ofSeconds(10), 64);
    }

    private VertxClient vertx(Onehop onehop) {
        return closing(open(onehop, setup(null, false)));
    }
}
