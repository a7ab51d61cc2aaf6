package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.onehop.health.Backend;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pod may have got goes to no other, and what becomes of it is the caller's to see. */
class SentOnceTest extends HttpFixture {

    SentOnceTest() {
        picking(FIRST);
    }

    @Test
    void aRequestThatMayHaveArrivedIsNotRepeated() {
        pods.forEach(pod -> pod.answeringGarbage("HTTP/9 what?\r\n\r\n"));

        assertThatThrownBy(() -> post(SERVICE + "/", "an order")).isInstanceOf(IOException.class);

        assertThat(pods.requests()).isEqualTo(1);
        assertThat(total(Backend::started)).isEqualTo(1);
        assertThat(total(Backend::failed)).isEqualTo(1);
    }

    @Test
    void aConnectExceptionOfTheCallersOwnHandlerIsNoReasonToTryAnotherPod() {
        assertThatThrownBy(() -> http.send(request(SERVICE + "/").build(), info -> {
                    throw new IllegalStateException("the caller's own");
                }))
                .isInstanceOf(IOException.class)
                .hasRootCauseMessage("the caller's own");

        assertThat(pods.requests()).isEqualTo(1);
        assertThat(total(Backend::abandoned)).isEqualTo(1);
    }

    @Test
    void aHandlerThatReturnsNullIsNotThePodsFault() {
        assertThatThrownBy(() -> http.send(request(SERVICE + "/").build(), info -> null))
                .hasRootCauseInstanceOf(NullPointerException.class);

        assertThat(total(Backend::abandoned)).isEqualTo(1);
    }

    @Test
    void aPodThatResetsAfterTheRequestIsNotReplacedForAPost() {
        pods.forEach(LoopbackPod::resetAfterRequest);

        assertThatThrownBy(() -> post(SERVICE + "/", "an order")).isInstanceOf(IOException.class);

        assertThat(pods.requests()).isEqualTo(1);
        assertThat(total(Backend::started)).isEqualTo(1);
        assertThat(total(Backend::failed)).isEqualTo(1);
    }

    @Test
    void aPodThatResetsAfterAcceptingNeverMakesARequestArriveTwice() throws Exception {
        pods.get(0).resetAfterAccept();

        try {
            post(SERVICE + "/", "an order"); // whether the JDK had the connection made is a matter of microseconds
            assertThat(pods.requests()).isEqualTo(1);
            assertThat(pods.get(0).requests()).isEmpty();
        } catch (IOException reset) {
            assertThat(pods.requests()).isZero();
            assertThat(total(Backend::failed)).isEqualTo(1);
        }

        assertThat(pods.get(0).accepts()).isPositive();
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void aPodThatStallsEndsInTheRequestsTimeout() {
        pods.forEach(LoopbackPod::stall);
        var request = request(SERVICE + "/").timeout(Duration.ofMillis(200)).build();

        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class)
                .isNotInstanceOf(HttpConnectTimeoutException.class);

        assertThat(pods.requests()).isEqualTo(1);
        assertThat(total(Backend::failed)).isEqualTo(1);
    }

    @Test
    void aBadAnswerIsAnAnswer() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(503, "no")));

        assertThat(get(SERVICE + "/").statusCode()).isEqualTo(503);

        assertThat(pods.requests()).isEqualTo(1);
        assertThat(total(Backend::failed)).isEqualTo(1);
        assertThat(total(Backend::started)).isEqualTo(1);
    }

    @Test
    void aProxyAuthenticationChallengeOfAPodIsTheCallers() throws Exception {
        pods.forEach(pod ->
                pod.answering(request -> PodResponse.of(407, "no").with("Proxy-Authenticate", "Basic realm=\"x\"")));

        assertThat(get(SERVICE + "/").statusCode()).isEqualTo(407);
    }

    @Test
    void aServerOfAnotherMakeUnderstandsUs() throws Exception {
        var wireMock = new WireMockServer(
                WireMockConfiguration.options().bindAddress(pods.get(0).ip()).dynamicPort());
        wireMock.start();
        try {
            wireMock.stubFor(WireMock.get("/orders")
                    .withHost(WireMock.equalTo("api-service.shop"))
                    .willReturn(WireMock.serviceUnavailable().withBody("from WireMock")));
            wireMock.stubFor(WireMock.post("/orders")
                    .willReturn(WireMock.aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK)));
            discovery.set(
                    LoopbackPods.service(),
                    EndpointSlice.of(
                            LoopbackPods.API,
                            "api-1",
                            List.of(new SlicePort("http", Protocol.TCP, wireMock.port())),
                            List.of(Endpoint.builder(pods.get(0).ip()).build())));

            var response = get(SERVICE + "/orders");
            assertThat(response.body()).isEqualTo("from WireMock");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThatThrownBy(() -> post(SERVICE + "/orders", "an order")).isInstanceOf(IOException.class);
            wireMock.verify(1, WireMock.postRequestedFor(WireMock.urlEqualTo("/orders")));
        } finally {
            wireMock.stop();
        }
    }
}
