package dev.onehop.http.okhttp;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Interceptor;

/**
 * Puts the TLS settings of the client that makes the call over sockets that can go on to another pod, whatever client it
 * was made of by {@code newBuilder()}: with another certificate, another host name verifier.
 *
 * <p>Pure functions.
 */
final class ClientsTls {

    private ClientsTls() {}

    /** The call's chain, with its client's TLS over such sockets. */
    static Interceptor.Chain over(Interceptor.Chain chain, TlsLayers layers) {
        SSLSocketFactory now = chain.getSslSocketFactoryOrNull();
        X509TrustManager trust = chain.getX509TrustManagerOrNull();
        if (now == null || trust == null) {
            return chain; // a client without TLS
        }
        HostnameVerifier verifier = chain.getHostnameVerifier();
        if (!(now instanceof FailoverTls failover)) {
            return chain.withSslSocketFactory(new FailoverTls(now, verifier, layers), trust);
        }
        return failover.isBy(verifier)
                ? chain
                : chain.withSslSocketFactory(new FailoverTls(failover.own(), verifier, layers), trust);
    }
}
