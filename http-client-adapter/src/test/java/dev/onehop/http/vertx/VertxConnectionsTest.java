package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.http.contract.Http2Pod;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.LoopbackPods;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Connections that end before their first request, or under one. */
class VertxConnectionsTest extends ContractFixture {

    @Override
    protected VertxClient open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    /** Who ends the connections of a client, and how. */
    enum Owner {
        CLOSES_THE_CLIENT {
            @Override
            Future<?> end(VertxClient client, HttpClientRequest request) {
                return client.http().close();
            }
        },
        CLOSES_THE_VERTX {
            @Override
            Future<?> end(VertxClient client, HttpClientRequest request) {
                return client.vertx().close();
            }
        },
        CLOSES_THE_CONNECTION {
            @Override
            Future<?> end(VertxClient client, HttpClientRequest request) {
                return request.connection().close();
            }
        };

        abstract Future<?> end(VertxClient client, HttpClientRequest request);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestWhoseClientOrConnectionIsClosedByItsOwnerSpeaksAgainstNobody(Owner owner) throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();

        assertEndsUnblamed(owner, false);
    }

    @ParameterizedTest
    @EnumSource
    void aStreamWhoseClientOrConnectionIsClosedByItsOwnerSpeaksAgainstNobody(Owner owner) throws Exception {
        Http2Pod pod = closing(new Http2Pod("pod-1", null, (path, response) -> Mono.never()));
        discovery.set(LoopbackPods.service(), pod.slice(false));

        assertEndsUnblamed(owner, true);
    }

    private void assertEndsUnblamed(Owner owner, boolean http2) throws Exception {
        Onehop onehop = onehop();
        VertxClient client = closing(open(onehop, setup(http2)));
        HttpClientRequest request = VertxClient.got(client.http().request(HttpMethod.GET, 80, "api-service.shop", "/"));
        Future<HttpClientResponse> response = request.send();
        Balancer balancer = balancer(onehop);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);

        VertxClient.got(owner.end(client, request));

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(response.succeeded()).isFalse();
        assertThat(balancer.tally().started()).isEqualTo(1);
        assertThat(balancer.tally().failed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"})
    void aPodThatSaysNothingOfHttp2IsJudgedAndCostsNoRequest(String instead) throws Exception {
        Http2Pod good = closing(new Http2Pod("pod-1", null));
        LoopbackPods deaf = closing(LoopbackPods.start(1)); // HTTP/1.1 alone: hangs up on HTTP/2's preface
        if (!instead.isEmpty()) {
            deaf.get(0).answeringGarbage(instead);
        }
        EndpointSlice[] slices = {good.slice(false), LoopbackPods.slices(deaf.all())[0]};
        discovery.set(LoopbackPods.service(), slices);
        Onehop onehop = onehop();

        for (int i = 0; i < 4; i++) {
            try (VertxClient fresh = open(onehop, setup(true))) {
                assertThat(fresh.send("POST", URL + "/", "order").body()).isEqualTo("pod-1");
            }
        }

        Balancer balancer = balancer(onehop);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(balancer.tally().failed(Signal.CONNECT_REFUSED))
                        .isPositive());
        assertThat(good.seen()).hasSize(4);
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
    }

    @Test
    void pipeliningIsRefused() throws Exception {
        Onehop onehop = onehop();
        VertxClient client = closing(open(onehop, setup(false)));
        HttpClientBuilder builder = OnehopVertx.of(onehop)
                .on(client.vertx().httpClientBuilder())
                .with(new HttpClientOptions().setPipelining(true));

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageStartingWith("HttpClientOptions.pipelining is true, expected false");
    }

    private static Setup setup(boolean http2) {
        return new Setup(null, http2, Duration.ofSeconds(3), Duration.ofSeconds(10), 64);
    }
}
