package dev.onehop.http.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.ManagedSelector;

/** Jetty's client itself over pods, for what is its own. */
abstract class JettyFixture extends ContractFixture {

    static final Setup PLAIN = new Setup(null, false, Duration.ofSeconds(3), SOON, 64);

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) throws Exception {
        return JettyClient.over(onehop, setup);
    }

    HttpClient http(Onehop onehop) throws Exception {
        return closing(JettyClient.over(onehop, PLAIN)).http();
    }

    static void awaited(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until this is counted down the client reads nothing by itself. */
    static CountDownLatch withoutNotice(HttpClient http) {
        var unnoticed = new CountDownLatch(1);
        http.getContainedBeans(ManagedSelector.class).forEach(each -> each.submit(selector -> awaited(unnoticed)));
        return unnoticed;
    }

    static LoopbackPod withConnection(LoopbackPods pods) {
        return pods.all().stream()
                .filter(pod -> pod.connections() > 0)
                .findFirst()
                .orElseThrow();
    }

    static CompletableFuture<ContentResponse> future(Request request) {
        return new CompletableResponseListener(request).send();
    }

    static void nothingWasLearnt(Balancer balancer) {
        for (Signal each : Signal.values()) {
            assertThat(balancer.tally().failed(each)).as(each.name()).isZero();
        }
    }
}
