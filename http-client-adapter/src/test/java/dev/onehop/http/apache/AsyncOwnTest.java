package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Retirement;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is the asynchronous client's own: retries, callers that cancel, its pool's stale connections, proxies. */
class AsyncOwnTest extends ApacheFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return AsyncClient.over(onehop, setup);
    }

    @Test
    void f12_apachesOwnRetryMultipliesNoConnects() throws Exception {
        apachesOwnRetryMultipliesNoConnects("async", ExecutionException.class);
    }

    @Test
    void f15_aPoolOfStaleConnectionsFailsNoGet() throws Exception {
        LoopbackPods pods = pods(1);
        Onehop onehop = onehop();
        CloseableHttpAsyncClient http = http(onehop, HttpAsyncClients.custom());
        for (int i = 0; i < 3; i++) {
            List<Future<SimpleHttpResponse>> answers = new ArrayList<>();
            for (int j = 0; j < 4; j++) {
                answers.add(http.execute(get(URL + "/"), null));
            }
            for (Future<SimpleHttpResponse> each : answers) {
                assertThat(each.get().getCode()).isEqualTo(200);
            }
            pods.get(0).closeIdle();
            assertThat(http.execute(get(URL + "/"), null).get().getCode()).isEqualTo(200);
        }

        assertThat(balancer(onehop).eligible().ejected()).isEmpty();
        assertThat(balancer(onehop).tally().failed(Signal.RESET)).isZero();
        System.out.printf(
                "F-15 async: %d stale connections noticed, 0 failed%n",
                balancer(onehop).tally().failed(Signal.STALE_CONNECTION));
    }

    @Test
    void anAnswerThatTheClientFollowsKeepsAConnectionToALeavingPodForTheNextRequest() throws Exception {
        LoopbackPods pods = pods(2);
        published(pods.all().subList(0, 1));
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);
        LoopbackPod leaving = pods.get(0);
        leaving.answering(request -> {
            if (request.header("Authorization").isPresent()) {
                return leaving.echo(request);
            }
            terminating(pods.all(), leaving);
            await().atMost(SOON).until(() -> balancer.tally().retirements(Retirement.LEFT) == 1);
            return PodResponse.of(401, "").with("WWW-Authenticate", "Basic realm=\"shop\"");
        });
        var credentials = new BasicCredentialsProvider();
        credentials.setCredentials(
                new AuthScope(null, -1), new UsernamePasswordCredentials("user", "secret".toCharArray()));
        CloseableHttpAsyncClient http =
                http(onehop, HttpAsyncClients.custom().setDefaultCredentialsProvider(credentials));

        SimpleHttpRequest post = SimpleRequestBuilder.post(URL + "/").build();
        assertThat(http.execute(post, null).get(20, TimeUnit.SECONDS).getCode()).isEqualTo(200);

        assertThat(leaving.requests()).hasSize(2);
        await().atMost(SOON).until(() -> leaving.connections() == 0);
        assertThat(balancer.tally().succeeded()).isEqualTo(2);
        assertThat(pods.get(1).accepts()).isZero();
    }

    @Test
    void aCallerThatCancelsSaysNothingAgainstThePod() throws Exception {
        LoopbackPods pods = pods(1);
        pods.get(0).answering(request -> PodResponse.of(200, "half").stallingBefore(8));
        Onehop onehop = onehop();
        CloseableHttpAsyncClient http = http(onehop, HttpAsyncClients.custom());

        Future<SimpleHttpResponse> call = http.execute(get(URL + "/"), null);
        await().atMost(SOON).until(() -> pods.requests() == 1);
        call.cancel(true);

        await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
        assertThat(balancer(onehop).tally().abandoned()).isEqualTo(1);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }

    @Test
    void aPoolThatSharesItsConnectionsIsRefused() {
        Onehop onehop = onehop();

        assertThatThrownBy(() -> OnehopAsyncConnectionManager.of(onehop, pool -> pool.setMessageMultiplexing(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("setMessageMultiplexing: true (expected: false");
    }

    @Test
    void thePoolIsControlledAsAnyOther() throws Exception {
        pods(1);
        Onehop onehop = onehop();
        OnehopAsyncConnectionManager manager = OnehopAsyncConnectionManager.of(
                onehop, pool -> pool.setMaxConnTotal(7).setMessageMultiplexing(false));
        CloseableHttpAsyncClient http =
                closing(HttpAsyncClients.custom().setConnectionManager(manager).build());
        http.start();
        http.execute(get(URL + "/"), null).get();

        assertThat(manager.getMaxTotal()).isEqualTo(7);
        await().atMost(SOON).until(() -> manager.getTotalStats().getAvailable() == 1);
        manager.closeIdle(TimeValue.ZERO_MILLISECONDS);
        await().atMost(SOON).until(() -> balancer(onehop).connections() == 0);
    }

    @Test
    void s11_aProxyIsAskedForTheServiceAndNoPodIsDialled() throws Exception {
        aProxyIsAskedForTheServiceAndNoPodIsDialled();
    }

    @Test
    void s11_aProxyThatIsAServiceItselfIsReachedAsEver() throws Exception {
        aProxyThatIsAServiceItselfIsReachedAsEver();
    }

    @Override
    int statusBy(Onehop onehop, @Nullable HttpHost proxy, String url) throws Exception {
        return http(onehop, HttpAsyncClients.custom().setProxy(proxy))
                .execute(get(url), null)
                .get(20, TimeUnit.SECONDS)
                .getCode();
    }

    private CloseableHttpAsyncClient http(Onehop onehop, HttpAsyncClientBuilder builder) {
        CloseableHttpAsyncClient http = closing(builder.setConnectionManager(OnehopAsyncConnectionManager.of(onehop))
                .build());
        http.start();
        return http;
    }

    private static SimpleHttpRequest get(String url) {
        return SimpleRequestBuilder.get(url).build();
    }
}
