package dev.onehop.http.apache;

import dev.onehop.Onehop;
import java.lang.reflect.Field;
import java.util.Objects;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
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

    /** @throws IllegalArgumentException when the pool would share its connections */
    @Override
    public PoolingAsyncClientConnectionManager build() {
        if (isMultiplexing()) {
            throw new IllegalArgumentException(
                    "setMessageMultiplexing: true (expected: false, because a connection that"
                            + " Onehop retires cannot be taken out of a pool that shares it)");
        }
        return super.build();
    }

    /** Apache's setter is final and has no getter: what it was told is read from its field, where there is one. */
    private boolean isMultiplexing() {
        try {
            Field told = PoolingAsyncClientConnectionManagerBuilder.class.getDeclaredField("messageMultiplexing");
            told.setAccessible(true);
            return told.getBoolean(this);
        } catch (ReflectiveOperationException | RuntimeException another) {
            return false; // another version of Apache's, or one in a closed module
        }
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
