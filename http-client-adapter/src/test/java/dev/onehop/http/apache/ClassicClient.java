package dev.onehop.http.apache;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Apache's blocking client. */
record ClassicClient(CloseableHttpClient http) implements ClientUnderTest {

    static ClassicClient over(Onehop onehop, Setup setup) {
        var manager = OnehopConnectionManager.of(onehop, pool -> {
            pool.setMaxConnTotal(setup.connections())
                    .setMaxConnPerRoute(setup.connections())
                    .setDefaultConnectionConfig(ConnectionConfig.custom()
                            .setConnectTimeout(Timeout.of(setup.connectTimeout()))
                            .build());
            if (setup.trust() != null) {
                pool.setTlsSocketStrategy(new DefaultClientTlsStrategy(setup.trust()));
            }
        });
        return new ClassicClient(HttpClients.custom()
                .setConnectionManager(manager)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(Timeout.of(setup.responseTimeout()))
                        .build())
                .setRetryStrategy(new ConnectRetries())
                .disableRedirectHandling()
                .disableCookieManagement()
                .build());
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        var request = new HttpUriRequestBase(method, URI.create(url));
        if (body != null) {
            request.setEntity(new StringEntity(body));
        }
        return http.execute(
                request,
                response -> new Answer(
                        response.getCode(),
                        "HTTP/" + (response.getVersion().getMajor() == 2 ? "2" : "1.1"),
                        response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity())));
    }

    @Override
    public void close() {
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
