package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2, with TLS and without: every stream is an exchange of its connection, which is what is balanced. */
class VertxHttp2Test extends ContractFixture {

    private final CompletableFuture<Void> answer = new CompletableFuture<>();

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    @Test
    void overTlsAuthorityAndTheNameThatIsCheckedAreTheServices(@TempDir Path folder) throws Exception {
        TestCertificate right = TestCertificate.of("api-service.shop", folder);
        TestCertificate other = TestCertificate.of("other-service.shop", folder);
        Http2Pod wrong = closing(new Http2Pod("pod-1", other.server()));
        Http2Pod pod = closing(new Http2Pod("pod-2", right.server()));
        publish(null, wrong, pod);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(TestCertificate.trusting(right, other)));

        for (int i = 0; i < 3; i++) {
            Answer got = client.get("https://api-service.shop:80/" + i);
            assertThat(got.version()).isEqualTo("HTTP/2");
            assertThat(got.body()).isEqualTo("pod-2");
        }

        assertThat(wrong.seen()).isEmpty();
        assertThat(pod.seen())
                .hasSize(3)
                .allSatisfy(seen -> assertThat(seen).startsWith("HTTP_2 api-service.shop:80 "));
        assertThat(balancer(onehop).connections()).isEqualTo(1);
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(balancer(onehop).tally().succeeded()).isEqualTo(3));
    }

    @Test
    void anIdleConnectionToALeavingPodIsClosedAndTheNextRequestGoesElsewhere() throws Exception {
        Http2Pod one = closing(new Http2Pod("pod-1", null));
        Http2Pod two = closing(new Http2Pod("pod-2", null));
        publish(null, one, two);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        Http2Pod leaving = client.get(URL + "/").body().equals("pod-1") ? one : two;

        long began = System.nanoTime();
        publish(leaving, one, two);
        await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> leaving.connections() == 0);
        System.out.printf(
                "drained h2 Vert.x: closed %.1f ms after its pod began to terminate%n",
                (System.nanoTime() - began) / 1e6);

        for (int i = 0; i < 4; i++) {
            assertThat(client.get(URL + "/").body()).isNotEqualTo(leaving.name());
        }
        assertThat(leaving.seen()).hasSize(1);
    }

    @Test
    void aBusyConnectionToALeavingPodEndsItsStreamsAndTakesNoOther() throws Exception {
        Http2Pod one = closing(new Http2Pod("pod-1", null, request -> slowly("pod-1", request)));
        Http2Pod two = closing(new Http2Pod("pod-2", null, request -> slowly("pod-2", request)));
        publish(null, one, two);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));
        CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> {
            try {
                return client.get(URL + "/slow").body();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        await().atMost(SOON).until(() -> one.seen().size() + two.seen().size() == 1);
        Http2Pod leaving = one.seen().isEmpty() ? two : one;

        publish(leaving, one, two);
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(SOON)
                .until(() -> balancer(onehop).tally().retirements(Retirement.LEFT) == 1);
        for (int i = 0; i < 4; i++) { // the first gets the connection all the same, and gives it back
            assertThat(client.get(URL + "/").body()).isNotEqualTo(leaving.name());
        }
        assertThat(slow).isNotDone();
        answer.complete(null);

        assertThat(slow.join()).isEqualTo(leaving.name());
        assertThat(leaving.seen()).hasSize(1);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
    }

    @Test
    void aConnectionThatIsUpgradedFromHttp1IsOneToo() throws Exception {
        Http2Pod one = closing(new Http2Pod("pod-1", null));
        Http2Pod two = closing(new Http2Pod("pod-2", null));
        publish(null, one, two);
        Onehop onehop = onehop();
        OnehopVertx over = OnehopVertx.of(onehop);
        Vertx vertx = over.on(VertxClient.builder()).build();
        closing(() -> VertxClient.got(vertx.close()));
        WebClient client = WebClient.wrap(over.on(vertx.httpClientBuilder())
                .with(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2))
                .build());

        Http2Pod leaving = null;
        for (int i = 0; i < 3; i++) {
            HttpResponse<Buffer> got =
                    VertxClient.got(client.getAbs(URL + "/" + i).send());
            leaving = got.bodyAsString().equals("pod-1") ? one : two;
            assertThat(got.version()).isEqualTo(HttpVersion.HTTP_2);
        }
        assertThat(balancer(onehop).connections()).isEqualTo(1);
        await().atMost(SOON).until(() -> balancer(onehop).tally().succeeded() == 3);
        publish(leaving, one, two);

        Http2Pod left = leaving;
        await().atMost(SOON).until(() -> left.connections() == 0);
        assertThat(VertxClient.got(client.getAbs(URL + "/").send()).bodyAsString())
                .isNotEqualTo(left.name());
    }

    @Test
    void resetsOfStreamsAreJudgedByTheirCode() throws Exception {
        Http2Pod pod = closing(new Http2Pod("pod-1", null, request -> {
            var unused = request.response().reset(Long.parseLong(request.path().substring(1)));
        }));
        publish(null, pod);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));

        for (Http2Error error : List.of(Http2Error.INTERNAL_ERROR, Http2Error.REFUSED_STREAM, Http2Error.CANCEL)) {
            assertThatThrownBy(() -> client.get(URL + "/" + error.code())).isInstanceOf(IOException.class);
        }

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer(onehop).tally().failed(Signal.RESET)).isEqualTo(1);
            assertThat(balancer(onehop).tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(1);
            assertThat(balancer(onehop).tally().inFlight()).isZero();
        });
    }

    private void slowly(String name, HttpServerRequest request) {
        if (request.path().equals("/slow")) {
            answer.thenRun(() -> request.response().end(name));
        } else {
            request.response().end(name);
        }
    }

    private void publish(@Nullable Http2Pod leaving, Http2Pod... pods) {
        discovery.set(
                LoopbackPods.service(),
                Arrays.stream(pods).map(pod -> pod.slice(pod == leaving)).toArray(EndpointSlice[]::new));
    }

    private static Setup http2(@Nullable SSLContext trust) {
        return new Setup(trust, true, Duration.ofSeconds(3), Duration.ofSeconds(10), 64);
    }
}
