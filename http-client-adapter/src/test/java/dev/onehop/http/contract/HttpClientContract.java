package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.service.ServiceView;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every HTTP client over Onehop does, over HTTP/1.1 without TLS: the URL and {@code Host} stay the Service's, pods are
 * dialled, failed connects go on to other pods, and how it went is known.
 */
@Tag("contract")
public abstract class HttpClientContract extends ConnectsContract {

    @Test
    void thePodIsDialledAndUrlAndHostStayOnTheService() throws Exception {
        LoopbackPods pods = pods(1);
        Answer answer = client(onehop()).get(URL + "/orders?id=7");

        assertThat(answer.body()).isEqualTo("pod-1");
        assertThat(pods.get(0).request().host()).isEqualTo("api-service.shop");
        assertThat(pods.get(0).request().path()).isEqualTo("/orders?id=7");
    }

    @Test
    void allNamesOfTheServiceMeanIt() throws Exception {
        LoopbackPods pods = pods(1);
        ClientUnderTest client = client(onehop());

        for (String host : List.of("api-service", "api-service.shop", "api-service.shop.svc.cluster.local")) {
            client.get("http://" + host + "/");
        }

        assertThat(pods.get(0).requests())
                .extracting(each -> each.host())
                .containsExactly("api-service", "api-service.shop", "api-service.shop.svc.cluster.local");
    }

    @Test
    void bodiesGoBothWays() throws Exception {
        pods(1);
        String body = "x".repeat(100_000);

        assertThat(client(onehop()).send("POST", URL + "/orders", body).body()).isEqualTo(body);
    }

    @Test
    void otherHostsAreLeftAlone() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        LoopbackPod foreign = clusterIp();

        assertThat(client(onehop)
                        .get("http://foreign.example:" + foreign.port() + "/")
                        .body())
                .isEqualTo("cluster-ip");
        assertThat(foreign.request().host()).isEqualTo("foreign.example:" + foreign.port());
    }

    @Test
    void aViewThatIsUnknownMeansTheClusterIpThroughTheSameClient() throws Exception {
        LoopbackPod clusterIp = clusterIp();
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        Onehop onehop = onehop(it -> it.initialWait(Duration.ZERO));
        String url = URL + ":" + clusterIp.port() + "/orders";

        assertThat(client(onehop).get(url).body()).isEqualTo("cluster-ip");

        assertThat(clusterIp.request().host()).isEqualTo("api-service.shop:" + clusterIp.port());
        assertThat(onehop.balancer("api-service.shop:" + clusterIp.port())
                        .tally()
                        .fallbacks(FallbackReason.VIEW_UNKNOWN))
                .isPositive();
    }

    @Test
    void statusesAreJudgedAndAPodThatAnswers503IsEjected() throws Exception {
        LoopbackPods pods = pods(4);
        pods.get(0).answering(request -> PodResponse.of(503, "no").with("Connection", "close"));
        for (LoopbackPod pod : pods.all().subList(1, 4)) {
            pod.answering(request -> pod.echo(request).with("Connection", "close"));
        }
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        Balancer balancer = balancer(onehop);

        List<Integer> statuses = new ArrayList<>();
        long began = System.nanoTime(); // what is not believed at once is nominated again a tenth of a second later
        while (balancer.eligible().ejected().isEmpty() && System.nanoTime() - began < SOON.toNanos()) {
            statuses.add(client.get(URL + "/").status());
        }

        assertThat(balancer.eligible().ejected()).hasSize(1);
        assertThat(statuses).contains(503);
        assertThat(balancer.tally().failed(Signal.UNAVAILABLE)).isGreaterThanOrEqualTo(5);
    }

    @Test
    void aResetAfterTheRequestIsTheCallersToSeeAndSpeaksAgainstThePod() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).resetAfterRequest();
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);

        assertThatThrownBy(() -> client.send("POST", URL + "/", "order")).isInstanceOf(IOException.class);

        assertThat(pods.get(0).requests()).hasSize(1);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(balancer(onehop).tally().failed(Signal.RESET))
                        .isEqualTo(1));
    }

    @Test
    void f16_aBreakInMidBodyIsSurfacedNotReplayedAndSpeaksAgainstThePod() throws Exception {
        LoopbackPods pods = pods(2);
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, "half").cutBefore(8)));
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, Setup.plain().responseTimeout(Duration.ofSeconds(5)));

        assertThatThrownBy(() -> client.get(URL + "/")).isInstanceOf(IOException.class);

        assertThat(pods.requests()).isEqualTo(1);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(balancer(onehop).tally().failed(Signal.RESET))
                        .isEqualTo(1));
    }

    @Test
    void anAnswerThatDoesNotComeInTimeSpeaksAgainstThePod() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).stall();
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, Setup.plain().responseTimeout(Duration.ofMillis(500)));

        assertThatThrownBy(() -> client.send("POST", URL + "/", "order")).isInstanceOf(IOException.class);

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(balancer(onehop).tally().failed(Signal.RESPONSE_TIMEOUT))
                        .isEqualTo(1));
    }

    @Test
    void everyAttemptIsEndedAndNoConnectionIsRememberedOnceTheClientIsClosed() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        pods.forEach(pod ->
                pod.answering(request -> PodResponse.of(request.path().equals("/missing") ? 404 : 200, "ok")));
        for (int i = 0; i < 12; i++) {
            assertThat(client.get(URL + (i % 2 == 0 ? "/orders" : "/missing")).body())
                    .isEqualTo("ok");
        }
        client.close();

        Balancer balancer = balancer(onehop);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer.tally().inFlight()).isZero();
            assertThat(balancer.connections()).isZero();
        });
        assertThat(balancer.tally().succeeded()).isEqualTo(12);
    }
}
