package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

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
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FailoverTest extends HttpFixture {

    FailoverTest() {
        picking(FIRST);
    }

    @Test
    void aPodThatRefusesIsReplacedWhateverTheMethod() throws Exception {
        pods.get(0).refuse();
        pods.get(1).refuse();
        var subscriptions = new AtomicInteger();
        var body = BodyPublishers.ofString("an order");
        var counted = BodyPublishers.fromPublisher(
                subscriber -> {
                    subscriptions.incrementAndGet();
                    body.subscribe(subscriber);
                },
                body.contentLength());

        var response = http.send(request(SERVICE + "/").POST(counted).build(), BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo("an order");
        assertThat(pods.get(2).request().method()).isEqualTo("POST");
        assertThat(subscriptions).hasValue(1);
        assertThat(total(Backend::started)).isEqualTo(3);
        assertThat(total(Backend::failed)).isEqualTo(2);
    }

    @Test
    void asynchronousCallsFailOverToo() {
        pods.get(0).refuse();
        pods.get(1).refuse();

        var response = http.sendAsync(
                request(SERVICE + "/").POST(BodyPublishers.ofString("an order")).build(), BodyHandlers.ofString());

        assertThat(response).succeedsWithin(SOON).extracting(HttpResponse::body).isEqualTo("an order");
    }

    @Test
    void aPodThatIsGoneFromTheNetworkIsReplacedWithinTheTimeout() throws Exception {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux"); // elsewhere a full queue resets
        LoopbackPod gone = pods.get(0).blackHole();

        for (int i = 0; i < 2; i++) {
            var request = request(SERVICE + "/")
                    .timeout(Duration.ofSeconds(2))
                    .POST(BodyPublishers.ofString("order " + i))
                    .build();
            assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("order " + i);
        }

        assertThat(gone.accepts()).isZero();
        assertThat(total(Backend::failed))
                .as("suspect, so the second call goes elsewhere")
                .isEqualTo(1);
        assertThat(pods.requests()).isEqualTo(2);
    }

    @Test
    void theTimeoutHoldsForAllDialsTogether() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        pods.forEach(LoopbackPod::blackHole);
        var request = request(SERVICE + "/").timeout(Duration.ofMillis(600)).build();

        long before = System.nanoTime();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                .isInstanceOf(HttpConnectTimeoutException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(500), Duration.ofMillis(1500));
    }

    @Test
    void aTimeoutTooShortForADialIsAnHttpTimeout() {
        for (Duration timeout : List.of(Duration.ofNanos(1), Duration.ofNanos(900_000))) {
            pods.forEach(LoopbackPod::stall);
            var request = request(SERVICE + "/").timeout(timeout).build();

            assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
        }
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void aCallersHasteIsNotHeldAgainstHealthyPods() {
        pods.forEach(LoopbackPod::stall);
        for (int i = 0; i < 200; i++) {
            var request = request(SERVICE + "/")
                    .timeout(Duration.ofNanos(1_000_000 + i * 5_000))
                    .build();

            assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
        }

        assertThat(balancer().eligible().ejected()).isEmpty();
        assertThat(total(Backend::failed)).isZero();
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void whenAllRefuseTheCallerSeesTheLastRefusalAndEveryDial() {
        pods.forEach(LoopbackPod::refuse);

        assertThatThrownBy(() -> get(SERVICE + "/"))
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> {
                    List<String> lines = Arrays.stream(e.getSuppressed())
                            .map(Throwable::getMessage)
                            .toList();
                    assertThat(lines.subList(0, 3))
                            .allSatisfy(
                                    text -> assertThat(text).contains("pod-").contains("ConnectException"));
                    assertThat(lines.subList(3, lines.size()))
                            .as("the outage, if it was known by then")
                            .hasSizeLessThanOrEqualTo(1)
                            .allSatisfy(text -> assertThat(text).contains("backends refuse connects"));
                });
        assertThatThrownBy(() -> http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString())
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ConnectException.class);
        assertThat(total(Backend::inFlight)).isZero();
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
