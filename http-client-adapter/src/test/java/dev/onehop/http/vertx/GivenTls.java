package dev.onehop.http.vertx;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import javax.net.ssl.SSLContext;

/** A TLS context of the JDK's, as it is, for Vert.x. */
final class GivenTls extends SSLEngineOptions {

    private final SSLContext context;
    private final boolean client;
    private final boolean http2;

    GivenTls(SSLContext context, boolean client, boolean http2) {
        this.context = context;
        this.client = client;
        this.http2 = http2;
    }

    @Override
    public SSLEngineOptions copy() {
        return this;
    }

    @Override
    @SuppressWarnings("deprecation") // the one that takes a context of the JDK's
    public SslContextFactory sslContextFactory() {
        ApplicationProtocolConfig protocols = http2
                ? new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2",
                        "http/1.1")
                : ApplicationProtocolConfig.DISABLED;
        return () -> new JdkSslContext(
                context, client, null, IdentityCipherSuiteFilter.INSTANCE, protocols, ClientAuth.NONE);
    }
}
