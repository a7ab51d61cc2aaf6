package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** OkHttp, as the contract drives it. */
record OkHttpUnderTest(OkHttpClient http) implements ClientUnderTest {

    static OkHttpUnderTest open(Onehop onehop, Setup setup) {
        return new OkHttpUnderTest(OnehopOkHttp.on(builder(setup), onehop).build());
    }

    static OkHttpClient.Builder builder(Setup setup) {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .followRedirects(false)
                .connectTimeout(setup.connectTimeout())
                .readTimeout(setup.responseTimeout())
                .connectionPool(new ConnectionPool(setup.connections(), 5, TimeUnit.MINUTES));
        SSLContext trust = setup.trust();
        if (trust != null) {
            builder.sslSocketFactory(trust.getSocketFactory(), new Unasked());
        }
        if (setup.http2() && trust == null) {
            builder.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        } else if (!setup.http2()) {
            builder.protocols(List.of(Protocol.HTTP_1_1));
        }
        return builder;
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        Request request = new Request.Builder()
                .url(url)
                .method(method, body == null ? null : RequestBody.create(body, null))
                .build();
        try (Response response = http.newCall(request).execute()) {
            String version = response.protocol() == Protocol.HTTP_1_1 ? "HTTP/1.1" : "HTTP/2";
            return new Answer(response.code(), version, response.body().string());
        }
    }

    @Override
    public void close() {
        http.connectionPool().evictAll();
        http.dispatcher().executorService().shutdownNow();
    }

    /** OkHttp wants one beside the socket factory, which has asked its own by the time that this one might be. */
    static final class Unasked implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("the socket factory does that");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
