package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.PushedOnehop;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.service.AddressPolicy;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.time.ManualTime;
import java.util.SplittableRandom;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/** What both of Apache's clients promise in the same words, each test class for its own. */
abstract class ApacheFixture extends ContractFixture {

    /** The status of a GET by a new client of Apache's default settings but for this proxy. */
    abstract int statusBy(Onehop onehop, @Nullable HttpHost proxy, String url) throws Exception;

    /** @param failure what a call that fails throws */
    final void apachesOwnRetryMultipliesNoConnects(String client, Class<? extends Exception> failure) throws Exception {
        LoopbackPods pods = pods(5);
        discovery.set(Services.on(443), LoopbackPods.slices(pods.all()));
        pods.forEach(LoopbackPod::resetAfterAccept); // in the midst of the handshake
        var time = new ManualTime();
        Onehop onehop =
                closing(PushedOnehop.builder(discovery, time, new SplittableRandom(3)) // whose prober dials nobody
                        .addressPolicy(AddressPolicy.allowingLoopback())
                        .build());
        Balancer balancer = onehop.forHost("api-service.shop", 443).orElseThrow();
        time.run();

        assertThatThrownBy(() -> statusBy(onehop, null, "https://api-service.shop/"))
                .isInstanceOf(failure);

        pods.forEach(LoopbackPod::awaitAccepted);
        assertThat(balancer.tally().started()).isEqualTo(pods.accepts());
        assertThat(pods.all()).allSatisfy(pod -> assertThat(pod.accepts()).isLessThanOrEqualTo(1));
        assertThat(pods.accepts())
                .as("three, or all where resets come so early that they are refusals")
                .isBetween(3, 5);
        System.out.printf(
                "F-12 %s: %d SYNs, %d dials%n",
                client, pods.accepts(), balancer.tally().started());
    }

    final void aProxyIsAskedForTheServiceAndNoPodIsDialled() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod proxy = clusterIp();
        Onehop onehop = onehop();

        assertThat(statusBy(onehop, new HttpHost("foreign.example", proxy.port()), URL + "/orders"))
                .isEqualTo(200);

        assertThat(pods.accepts()).isZero();
        assertThat(proxy.request().line()).startsWith("GET http://api-service.shop/orders");
    }

    final void aProxyThatIsAServiceItselfIsReachedAsEver() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod proxy = clusterIp();
        discovery.set(Services.on(proxy.port()), LoopbackPods.slices(pods.all()));
        Onehop onehop = onehop();

        assertThat(statusBy(onehop, new HttpHost("api-service.shop", proxy.port()), "http://foreign.example/"))
                .isEqualTo(200);

        assertThat(pods.accepts()).isZero();
        assertThat(proxy.request().line()).startsWith("GET http://foreign.example/");
    }
}
