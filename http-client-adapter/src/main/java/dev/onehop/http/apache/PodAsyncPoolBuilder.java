package dev.onehop.http.apache;

import dev.onehop.Onehop;
import java.util.Objects;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionOperator;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Builds Apache's asynchronous pool with an operator that dials pods.
 *
 * <p>Not thread-safe.
 */
final class PodAsyncPoolBuilder extends PoolingAsyncClientConnectionManagerBuilder {

    private final Onehop onehop;

    PodAsyncPoolBuilder(Onehop onehop) {
        this.onehop = onehop;
    }

    @Override
    protected AsyncClientConnectionOperator createConnectionOperator(
            TlsStrategy tls, @Nullable SchemePortResolver ports, @Nullable DnsResolver dns) {
        DnsResolver others = Objects.requireNonNullElse(dns, SystemDefaultDnsResolver.INSTANCE);
        return new PodAsyncOperator(
                onehop,
                super.createConnectionOperator(tls, ports, dns),
                Objects.requireNonNullElse(ports, DefaultSchemePortResolver.INSTANCE),
                (address, inTime) -> super.createConnectionOperator(
                        new AsyncHandshakeFailures(tls, inTime), ports, new OneAddress(address, others)));
    }
}
