package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;
import dev.onehop.http.contract.Http2Pod;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 with Vert.x's client: what all clients keep, and what is Vert.x's own. */
class VertxHttp2Test extends Http2Contract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    @Test
    void aConnectionThatIsUpgradedFromHttp1IsOneToo() throws Exception {
        pod("pod-1", null);
        pod("pod-2", null);
        publish(null);
        Onehop onehop = onehop();
        OnehopVertx over = OnehopVertx.of(onehop);
        Vertx vertx = over.on(VertxClient.builder()).build();
        closing(() -> VertxClient.got(vertx.close()));
        WebClient client = WebClient.wrap(over.on(vertx.httpClientBuilder())
                .with(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2))
                .build());

        for (int i = 0; i < 3; i++) {
            HttpResponse<Buffer> got =
                    VertxClient.got(client.getAbs(URL + "/" + i).send());
            assertThat(got.version()).isEqualTo(HttpVersion.HTTP_2);
        }
        assertThat(balancer(onehop).connections()).isEqualTo(1);
        endsWith(onehop, 3);
        Http2Pod leaving = running.get(0).seen().isEmpty() ? running.get(1) : running.get(0);
        publish(leaving);

        await().atMost(SOON).until(() -> leaving.connections() == 0);
        assertThat(VertxClient.got(client.getAbs(URL + "/").send()).bodyAsString())
                .isNotEqualTo(leaving.name());
    }

    @Test
    void resetsOfStreamsAreJudgedByTheirCode() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));

        for (String path : new String[] {"/refused", "/calm"}) {
            assertThatThrownBy(() -> client.get(URL + path)).isInstanceOf(IOException.class);
        }

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer(onehop).tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(2);
            assertThat(balancer(onehop).tally().failed(Signal.BUSY)).isEqualTo(1);
            assertThat(balancer(onehop).tally().failed(Signal.RESET)).isZero();
            assertThat(balancer(onehop).tally().inFlight()).isZero();
        });
        assertThat(running.get(0).seen()).hasSize(3); // what was refused has been sent again, once
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 7, 8, 11})
    void aStreamThatItsCallerResetsSpeaksAgainstNobody(long code) throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        VertxClient client = closing(VertxClient.over(onehop, http2(null)));
        HttpClientRequest request =
                VertxClient.got(client.http().request(HttpMethod.GET, 80, "api-service.shop", "/slow"));
        Future<?> response = request.send();
        await().atMost(SOON).until(() -> !running.get(0).seen().isEmpty());

        VertxClient.got(request.reset(code));

        assertThatThrownBy(() -> VertxClient.got(response)).isInstanceOf(IOException.class);
        Balancer balancer = balancer(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isEqualTo(1);
        assertThat(balancer.tally().failed()).isZero();
    }
}
