package dev.onehop.http.apache;

import dev.onehop.Onehop;
import java.util.Objects;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Builds Apache's pool with an operator that dials pods.
 *
 * <p>Not thread-safe.
 */
final class PodPoolBuilder extends PoolingHttpClientConnectionManagerBuilder {

    private final Onehop onehop;
    private final HeldByConnection held;

    PodPoolBuilder(Onehop onehop, HeldByConnection held) {
        this.onehop = onehop;
        this.held = held;
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
            @Nullable SchemePortResolver ports, @Nullable DnsResolver dns, TlsSocketStrategy tls) {
        return new PodOperator(
                onehop,
                held,
                super.createConnectionOperator(ports, dns, tls),
                new PodOperator.Means(
                        Objects.requireNonNullElse(ports, DefaultSchemePortResolver.INSTANCE),
                        Objects.requireNonNullElse(dns, SystemDefaultDnsResolver.INSTANCE),
                        tls));
    }
}
