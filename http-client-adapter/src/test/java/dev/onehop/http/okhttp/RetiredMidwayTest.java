package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Retirement;
import dev.onehop.http.contract.Http2Pod;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are retired while OkHttp is about to use them, or has more to send on them. */
class RetiredMidwayTest extends PodsFixture {

    /** What is done between OkHttp's look at a pooled connection's health and the exchange. */
    private final AtomicReference<Runnable> atAcquisition = new AtomicReference<>(() -> {});

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionClosedBetweenOkHttpsLookAndTheExchangeCostsNoRequest(boolean tls) throws Exception {
        int port = tls ? 443 : 80;
        String url = tls ? "https://api-service.shop/" : "http://api-service.shop/";
        Http2Pod leaving = pod("pod-1", tls);
        Http2Pod staying = pod("pod-2", tls);
        published(API, port, leaving.slice(API, false));
        OkHttpClient client = https(it -> it.protocols(List.of(Protocol.HTTP_1_1))
                .retryOnConnectionFailure(false)
                .eventListener(new EventListener() {
                    @Override
                    public void connectionAcquired(Call call, Connection connection) {
                        atAcquisition.get().run();
                    }
                }));
        assertThat(get(client, url)).isEqualTo("HTTP_1_1 pod-1");

        atAcquisition.set(() -> {
            atAcquisition.set(() -> {});
            published(API, port, leaving.slice(API, true), staying.slice(API, false));
            await().atMost(SOON).until(() -> balancer(port).connections() == 0 && leaving.connections() == 0);
        });
        Request order = new Request.Builder()
                .url(url)
                .post(RequestBody.create("order", null))
                .build();
        try (Response response = client.newCall(order).execute()) {
            assertThat(response.body().string()).isEqualTo("pod-2");
        }

        assertThat(leaving.seen()).hasSize(1);
        assertThat(balancer(port).tally().failed()).isZero();
    }

    @Test
    void aRedirectsNextHopIsCountedOnTheRetiredConnectionThatIsStillOpen() throws Exception {
        Http2Pod leaving = pod("pod-1", true);
        Http2Pod staying = pod("pod-2", true);
        published(API, 443, leaving.slice(API, false));
        List<Long> underWay = new CopyOnWriteArrayList<>();
        OkHttpClient client = https(it -> it.addNetworkInterceptor(chain -> {
            Response response = chain.proceed(chain.request());
            underWay.add(balancer(443).tally().inFlight());
            if (chain.request().url().encodedPath().equals("/on")) {
                leaves(leaving, staying);
            }
            return response;
        }));
        Future<String> slow = callers.submit(() -> get(client, "https://api-service.shop/slow"));
        await().atMost(SOON).until(() -> leaving.seen().size() == 1);

        assertThat(get(client, "https://api-service.shop/on")).isEqualTo("HTTP_2 pod-1");

        assertThat(underWay).containsExactly(1L, 2L); // the first hop has ended, the second has a body
        assertThat(get(client, "https://api-service.shop/")).isEqualTo("HTTP_2 pod-2");
        release();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("HTTP_2 pod-1");
        await().atMost(SOON)
                .until(() -> leaving.connections() == 0 && balancer(443).tally().inFlight() == 0);
        assertThat(balancer(443).tally().succeeded()).isEqualTo(4);
    }

    @Test
    void aRetiredConnectionThatCannotBeTakenOutOfThePoolCountsItsExchanges() throws Exception {
        Http2Pod leaving = pod("pod-1", true);
        Http2Pod staying = pod("pod-2", true);
        published(API, 443, leaving.slice(API, false));
        OkHttpClient.Builder hidden = https().newBuilder();
        hidden.networkInterceptors().replaceAll(each -> chain -> each.intercept(hidden(chain)));
        hidden.addNetworkInterceptor(chain -> {
            if (chain.request().url().encodedPath().equals("/counted")) {
                assertThat(balancer(443).tally().inFlight()).isEqualTo(2);
            }
            return chain.proceed(chain.request());
        });
        OkHttpClient client = hidden.build();
        Future<String> slow = callers.submit(() -> get(client, "https://api-service.shop/slow"));
        await().atMost(SOON).until(() -> leaving.seen().size() == 1);
        leaves(leaving, staying);

        assertThat(get(client, "https://api-service.shop/counted")).isEqualTo("HTTP_2 pod-1");

        release();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("HTTP_2 pod-1");
        await().atMost(SOON).until(() -> leaving.connections() == 0);
        assertThat(balancer(443).tally().succeeded()).isEqualTo(2);
    }

    @Test
    void aNetworkInterceptorThatThrowsLeavesNothingUnderWay() throws Exception {
        Http2Pod pod = pod("pod-1", true);
        published(API, 443, pod.slice(API, false));
        OkHttpClient client = https(it -> it.addNetworkInterceptor(chain -> {
            Response response = chain.proceed(chain.request());
            if (chain.request().url().encodedPath().equals("/refused")) {
                throw new IllegalStateException("a user's");
            }
            return response;
        }));

        assertThatThrownBy(() -> get(client, "https://api-service.shop/refused"))
                .hasMessage("a user's");

        assertThat(balancer(443).tally().inFlight()).isZero();
        assertThat(get(client, "https://api-service.shop/")).isEqualTo("HTTP_2 pod-1");
        assertThat(pod.accepts()).isEqualTo(1); // the connection lives on
    }

    private void leaves(Http2Pod leaving, Http2Pod staying) {
        published(API, 443, leaving.slice(API, true), staying.slice(API, false));
        await().atMost(SOON).until(() -> balancer(443).tally().retirements(Retirement.LEFT) == 1);
    }

    /** {@code chain}, whose connection has OkHttp's API and nothing else. */
    private static Interceptor.Chain hidden(Interceptor.Chain chain) {
        Connection connection = Objects.requireNonNull(chain.connection());
        Connection shown = proxy(Connection.class, (method, args) -> method.invoke(connection, args));
        return proxy(
                Interceptor.Chain.class,
                (method, args) -> method.getName().equals("connection") ? shown : method.invoke(chain, args));
    }

    private interface Asked {
        @Nullable Object ask(Method method, Object @Nullable [] args) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Asked asked) {
        InvocationHandler handler = (self, method, args) -> asked.ask(method, args);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
