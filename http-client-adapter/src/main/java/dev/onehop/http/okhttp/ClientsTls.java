package dev.onehop.http.okhttp;

import java.io.IOException;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Puts the TLS settings of the client that makes the call over sockets that can go on to another pod, whatever client it
 * was made of by {@code newBuilder()}: with another certificate, another host name verifier.
 *
 * <p>Shared: safe from any thread.
 */
final class ClientsTls implements Interceptor {

    private final TlsLayers layers;

    ClientsTls(TlsLayers layers) {
        this.layers = layers;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        return over(chain).proceed(chain.request());
    }

    private Chain over(Chain chain) {
        SSLSocketFactory now = chain.getSslSocketFactoryOrNull();
        X509TrustManager trust = chain.getX509TrustManagerOrNull();
        HostnameVerifier verifier = chain.getHostnameVerifier();
        if (now == null || trust == null) {
            return chain; // a client without TLS
        }
        if (!(now instanceof FailoverTls failover)) {
            return chain.withSslSocketFactory(new FailoverTls(now, verifier, layers), trust);
        }
        return failover.isBy(verifier)
                ? chain
                : chain.withSslSocketFactory(new FailoverTls(failover.own(), verifier, layers), trust);
    }
}
