package dev.onehop.http.apache;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import java.io.IOException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

/** {@link ApacheFixture} by the blocking client. */
abstract class ClassicFixture extends ApacheFixture {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ClassicClient.over(onehop, setup);
    }

    @Override
    int statusBy(Onehop onehop, @Nullable HttpHost proxy, String url) throws IOException {
        return status(http(onehop, HttpClients.custom().setProxy(proxy)), url);
    }

    final CloseableHttpClient http(Onehop onehop, HttpClientBuilder builder) {
        return closing(
                builder.setConnectionManager(OnehopConnectionManager.of(onehop)).build());
    }

    static int status(CloseableHttpClient http, String url) throws IOException {
        return http.execute(new HttpGet(url), response -> {
            EntityUtils.consume(response.getEntity());
            return response.getCode();
        });
    }
}
