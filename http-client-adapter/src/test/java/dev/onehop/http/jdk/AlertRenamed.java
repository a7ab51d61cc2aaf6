package dev.onehop.http.jdk;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManager;

/**
 * A client's TLS that hears one alert in place of any other: the JDK's server cannot be made to send just any, and its
 * client makes the same exception of an alert of the handshake in whatever phase it comes.
 *
 * <p>Shared: safe from any thread, as the context is.
 */
final class AlertRenamed extends DelegatingContext {

    private final String alert;

    private AlertRenamed(SSLContext context, String alert) {
        super(context);
        this.alert = alert;
    }

    static SSLContext context(SSLContext context, String alert) {
        return new SSLContext(new AlertRenamed(context, alert), context.getProvider(), context.getProtocol()) {};
    }

    private SSLEngine renaming(SSLEngine engine) {
        return new DelegatingEngine(engine) {
            @Override
            public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length)
                    throws SSLException {
                try {
                    return super.unwrap(from, to, offset, length);
                } catch (SSLException received) {
                    throw new SSLHandshakeException("Received fatal alert: " + alert);
                }
            }
        };
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return renaming(context.createSSLEngine());
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return renaming(context.createSSLEngine(host, port));
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
        throw new UnsupportedOperationException();
    }
}
