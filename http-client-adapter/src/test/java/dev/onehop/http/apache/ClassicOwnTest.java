package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;

/** What is Apache's own: proxies, redirects, callers that leave, settings that stay. */
class ClassicOwnTest extends ClassicFixture {

    @Test
    void s11_aProxyIsAskedForTheServiceAndNoPodIsDialled() throws Exception {
        aProxyIsAskedForTheServiceAndNoPodIsDialled();
    }

    @Test
    void s11_aProxyThatIsAServiceItselfIsReachedAsEver() throws Exception {
        aProxyThatIsAServiceItselfIsReachedAsEver();
    }

    @Test
    void s12_aRedirectToAnotherHostLeavesOnehop() throws Exception {
        LoopbackPods pods = pods(1);
        LoopbackPod foreign = clusterIp();
        pods.get(0)
                .answering(request -> PodResponse.of(302, "")
                        .with("Location", "http://foreign.example:" + foreign.port() + "/there"));
        Onehop onehop = onehop();

        assertThat(status(http(onehop, HttpClients.custom()), URL + "/")).isEqualTo(200);

        assertThat(foreign.request().host()).isEqualTo("foreign.example:" + foreign.port());
        assertThat(balancer(onehop).tally().started()).isEqualTo(1);
    }

    @Test
    void aCallerThatLeavesInMidBodySaysNothingAgainstThePod() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).answering(request -> PodResponse.of(200, "half").stallingBefore(8));
        Onehop onehop = onehop();
        CloseableHttpClient http = http(onehop, HttpClients.custom());

        var request = new HttpGet(URL + "/");
        ClassicHttpResponse response = http.executeOpen(null, request, null);
        request.abort();
        assertThatThrownBy(() -> EntityUtils.toString(response.getEntity())).isInstanceOf(IOException.class);

        assertThat(balancer(onehop).tally().abandoned()).isEqualTo(1);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }

    @Test
    void aBodyReadWithoutAskingForItsEndIsAnExchangeThatEnded() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        CloseableHttpClient http = http(onehop, HttpClients.custom());
        for (int i = 0; i < 3; i++) {
            try (ClassicHttpResponse response = http.executeOpen(null, new HttpGet(URL + "/"), null);
                    InputStream body = response.getEntity().getContent()) {
                assertThat(body.readNBytes(5)).hasSize(5);
            }
        }

        assertThat(pods.accepts()).isEqualTo(1);
        assertThat(balancer(onehop).tally().succeeded()).isEqualTo(3);
    }

    @Test
    void aResponseClosedUnreadIsReadToItsEndByApacheAndHasEnded() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        CloseableHttpClient http = http(onehop, HttpClients.custom());

        try (ClassicHttpResponse response = http.executeOpen(null, new HttpGet(URL + "/"), null)) {
            assertThat(response.getCode()).isEqualTo(200);
        }

        assertThat(balancer(onehop).tally().succeeded()).isEqualTo(1);
    }

    @Test
    void whatTheUserHasSetStays() throws Exception {
        pods(1);
        var resolved = new AtomicInteger();
        var intercepted = new AtomicInteger();
        LoopbackPod foreign = clusterIp();
        var dns = new SystemDefaultDnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                resolved.incrementAndGet();
                return new InetAddress[] {foreign.address().getAddress()};
            }
        };
        Onehop onehop = onehop();
        CloseableHttpClient http = closing(HttpClients.custom()
                .setConnectionManager(OnehopConnectionManager.of(
                        onehop, pool -> pool.setDnsResolver(dns).setMaxConnPerRoute(3)))
                .addExecInterceptorFirst("mine", (request, scope, chain) -> {
                    intercepted.incrementAndGet();
                    return chain.proceed(request, scope);
                })
                .build());

        assertThat(status(http, URL + "/")).isEqualTo(200);
        assertThat(resolved).hasValue(0);
        assertThat(status(http, "http://nowhere.example:" + foreign.port() + "/"))
                .isEqualTo(200);

        assertThat(resolved).hasValue(1);
        assertThat(intercepted).hasValue(2);
    }

    @Test
    void thePoolIsControlledAsAnyOther() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        OnehopConnectionManager manager = OnehopConnectionManager.of(onehop, pool -> pool.setMaxConnTotal(7));
        CloseableHttpClient http =
                closing(HttpClients.custom().setConnectionManager(manager).build());
        status(http, URL + "/");

        assertThat(manager.getMaxTotal()).isEqualTo(7);
        assertThat(manager.getTotalStats().getAvailable()).isEqualTo(1);
        manager.closeIdle(TimeValue.ZERO_MILLISECONDS);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }
}
