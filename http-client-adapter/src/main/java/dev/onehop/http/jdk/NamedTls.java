package dev.onehop.http.jdk;

import dev.onehop.service.IpAddress;
import java.net.http.HttpClient;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * The user's own TLS, with one Service's name for the peer's whatever address is dialled: the certificate is checked against
 * the name and never against the pod's address (reliability S-07, S-08), key and trust managers see the name, and sessions
 * are kept by it. So a session with one Service is never resumed with another, not even where that has taken over the
 * address of a pod (S-10). Keys, trust and the session cache stay the user's context's. Engines shake hands once (S-28).
 *
 * <p>Shared: safe from any thread, as the context is.
 */
final class NamedTls extends DelegatingContext {

    private final String name;

    private NamedTls(SSLContext context, String name) {
        super(context);
        this.name = name;
    }

    /** The name that a URL's host has in TLS: in lower case, without the dot at its end (RFC 6066 3) or IPv6's brackets. */
    static String name(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[")) {
            return lower.substring(1, lower.length() - 1);
        }
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** {@code context} for connections to the Service of this {@link #name}. */
    static SSLContext context(SSLContext context, String name) {
        return new Named(new NamedTls(context, name), context);
    }

    /** Whether {@code client} was given a {@link #context} of these: it dials pods over TLS. */
    static boolean isOf(HttpClient client) {
        return client.sslContext() instanceof Named;
    }

    private static final class Named extends SSLContext {
        Named(NamedTls tls, SSLContext user) {
            super(tls, user.getProvider(), user.getProtocol());
        }
    }

    /**
     * What the user asks of TLS, with the Service's name as SNI: the JDK's client sends one by itself only for names it
     * connects to. A ClusterIP is no name, and has none.
     *
     * @param own changed and returned; the client hands out copies
     */
    static SSLParameters parameters(SSLParameters own, String name) {
        if (IpAddress.parse(name) == null) {
            own.setServerNames(List.of(new SNIHostName(name)));
        }
        return own;
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return new OneHandshake(context.createSSLEngine());
    }

    /** @param pod not used: it is not who the peer claims to be */
    @Override
    protected SSLEngine engineCreateSSLEngine(String pod, int port) {
        return new OneHandshake(context.createSSLEngine(name, port));
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
            throws KeyManagementException {
        throw new KeyManagementException("the TLS of " + name + " is the wrapped client's, and initialized");
    }
}
