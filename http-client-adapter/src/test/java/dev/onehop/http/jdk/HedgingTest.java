package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The JDK's client sends its request as soon as it is connected, so its dials must never overlap. */
class HedgingTest extends HttpFixture {

    @Test
    void withHedgedConnectsARequestIsSentOnceHoweverSlowItsAnswer() throws Exception {
        onehop.close();
        onehop = LoopbackPods.onehop(discovery)
                .policy(IN_TURN)
                .hedgedConnect(Duration.ofMillis(10))
                .build();
        over(HttpClient.newHttpClient());
        pods.forEach(pod -> pod.answering(request -> {
            try {
                TimeUnit.MILLISECONDS.sleep(100); // a slow answer, not a wait of the test's
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return PodResponse.of(200, pod.name());
        }));

        for (int i = 0; i < 5; i++) {
            assertThat(post(SERVICE + "/", "order").statusCode()).isEqualTo(200);
            var later = request(SERVICE + "/")
                    .POST(BodyPublishers.ofString("order"))
                    .build();
            assertThat(http.sendAsync(later, BodyHandlers.ofString())).succeedsWithin(SOON);
        }

        assertThat(pods.requests()).isEqualTo(10);
        assertThat(pods.all().stream().mapToInt(LoopbackPod::accepts).sum()).isLessThanOrEqualTo(10);
        assertThat(balancer().tally().hedges()).isZero();
    }
}
