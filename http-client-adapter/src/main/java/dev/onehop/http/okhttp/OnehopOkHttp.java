package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import java.util.Objects;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;

/**
 * OkHttp, whose connections go to pods while URL, {@code Host}, SNI, certificate checks and pool stay on the Service:
 *
 * <pre>{@code
 * OkHttpClient client = OnehopOkHttp.on(new OkHttpClient.Builder(), onehop).build();
 * }</pre>
 *
 * <p>Call it last: what the builder has by then is kept and asked. Its {@code Dns} resolves all names that are not ours,
 * and the ClusterIP of those that are where Onehop falls back; its socket factory makes the sockets; its TLS settings check
 * the certificates. Clients made by {@code client.newBuilder()} are over Onehop as well.
 *
 * <p>A connect to a Service is its TCP connect, TLS handshake and host name check together, and goes on to another pod
 * where one of them fails: three in all, six while they refuse at once, within {@code connectTimeout} for all of it (127 s
 * without one). What OkHttp then does about a pooled connection found broken is its own; an HTTP/2 stream that its pod
 * refuses, having done nothing with it, is sent again once, whatever its method, if its body can be sent again. {@code
 * retryOnConnectionFailure(false)} switches both off.
 *
 * <p>Pure functions.
 */
public final class OnehopOkHttp {

    private OnehopOkHttp() {}

    /**
     * Puts the builder's client over {@code onehop}, which stays the caller's to close, after the client's last call.
     *
     * @return {@code builder}
     * @throws IllegalStateException when it is over an Onehop
     */
    public static OkHttpClient.Builder on(OkHttpClient.Builder builder, Onehop onehop) {
        Objects.requireNonNull(onehop, "onehop");
        OkHttpClient own = builder.build();
        if (own.dns() instanceof ServiceDns) {
            throw new IllegalStateException("builder: is over an Onehop (expected: one that is not)");
        }
        var layers = new TlsLayers();
        if (own.connectionSpecs().stream().anyMatch(ConnectionSpec::isTls)) {
            builder.sslSocketFactory(
                    new FailoverTls(own.sslSocketFactory(), own.hostnameVerifier(), layers),
                    Objects.requireNonNull(own.x509TrustManager(), "the builder's trust manager"));
        }
        var calls = new Calls(layers);
        return builder.dns(new ServiceDns(onehop, own.dns()))
                .socketFactory(new PodSockets(onehop, own.socketFactory(), own.dns()))
                .addInterceptor(calls)
                .addNetworkInterceptor(new Exchanges(calls, layers));
    }
}
