package dev.onehop.http.apache;

import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Apache's asynchronous client. */
record AsyncClient(CloseableHttpAsyncClient http, OnehopAsyncConnectionManager pool) implements ClientUnderTest {

    static AsyncClient over(Onehop onehop, Setup setup) {
        return over(onehop, setup, OnehopRetryStrategy.over(new ConnectRetries()));
    }

    static AsyncClient over(Onehop onehop, Setup setup, HttpRequestRetryStrategy retries) {
        var manager = OnehopAsyncConnectionManager.of(onehop, pool -> {
            pool.setMaxConnTotal(setup.connections())
                    .setMaxConnPerRoute(setup.connections())
                    .setDefaultTlsConfig(
                            TlsConfig.custom().setVersionPolicy(version(setup)).build())
                    .setDefaultConnectionConfig(ConnectionConfig.custom()
                            .setConnectTimeout(Timeout.of(setup.connectTimeout()))
                            .build());
            if (setup.trust() != null) {
                pool.setTlsStrategy(ClientTlsStrategyBuilder.create()
                        .setSslContext(setup.trust())
                        .buildAsync());
            }
        });
        CloseableHttpAsyncClient http = HttpAsyncClients.custom()
                .setConnectionManager(manager)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.of(setup.responseTimeout()))
                        .build())
                .setRetryStrategy(retries)
                .disableRedirectHandling()
                .disableCookieManagement()
                .build();
        http.start();
        return new AsyncClient(http, manager);
    }

    /** Without TLS, which agrees on it, HTTP/2 has to be said. */
    private static HttpVersionPolicy version(Setup setup) {
        if (!setup.http2()) {
            return HttpVersionPolicy.FORCE_HTTP_1;
        }
        return setup.trust() == null ? HttpVersionPolicy.FORCE_HTTP_2 : HttpVersionPolicy.NEGOTIATE;
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        SimpleHttpRequest request =
                SimpleRequestBuilder.create(method).setUri(url).build();
        if (body != null) {
            request.setBody(body, ContentType.TEXT_PLAIN);
        }
        try {
            SimpleHttpResponse response = http.execute(request, null).get();
            return new Answer(
                    response.getCode(),
                    "HTTP/" + (response.getVersion().getMajor() == 2 ? "2" : "1.1"),
                    response.getBodyText() == null ? "" : response.getBodyText());
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException().initCause(e);
        }
    }

    @Override
    public void awaitGivenBack() {
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(10))
                .until(() -> pool.getTotalStats().getLeased() == 0);
    }

    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE); // else it waits five seconds for HTTP/2 pods to agree
    }
}
