package dev.onehop.http.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A client's own TLS, over sockets that can go on to another pod. Two of the same settings are equal, as OkHttp shares
 * connections among clients whose settings are.
 *
 * <p>Shared: safe from any thread.
 */
final class FailoverTls extends SSLSocketFactory {

    /** OkHttp knows how to ask for HTTP/2 on other providers' sockets only when it sees their own classes. */
    private static final String JDK = "sun.security.ssl.";

    private final SSLSocketFactory own;
    private final HostnameVerifier verifier;
    private final TlsLayers layers;
    private volatile @Nullable Boolean jdk;

    FailoverTls(SSLSocketFactory own, HostnameVerifier verifier, TlsLayers layers) {
        this.own = own;
        this.verifier = verifier;
        this.layers = layers;
    }

    /** What it asks. */
    SSLSocketFactory own() {
        return own;
    }

    /** Whether host names are checked by {@code other}. */
    boolean isBy(HostnameVerifier other) {
        return verifier.equals(other);
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        if (!(socket instanceof PodSocket raw) || !raw.isOurs()) {
            return own.createSocket(socket, host, port, autoClose);
        }
        if (raw.mayGoOn() && isJdks()) {
            TlsPodSocket.Layering layering = dialled -> (SSLSocket) own.createSocket(dialled, host, port, true);
            return new TlsPodSocket(raw, verifier, host, layering);
        }
        Socket tls = own.createSocket(raw, host, port, autoClose);
        layers.add(tls, raw);
        return tls;
    }

    /** Asked with a socket of its own: one that is laid over another and let go closes it, when it is collected. */
    private boolean isJdks() {
        Boolean known = jdk;
        if (known == null) {
            try (Socket unconnected = own.createSocket()) {
                known = unconnected.getClass().getName().startsWith(JDK);
            } catch (IOException | RuntimeException onlyOverOthers) {
                known = false;
            }
            jdk = known;
        }
        return known;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FailoverTls it && own.equals(it.own) && verifier.equals(it.verifier);
    }

    @Override
    public int hashCode() {
        return Objects.hash(own, verifier);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return own.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return own.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket() throws IOException {
        return own.createSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return own.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return own.createSocket(host, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return own.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return own.createSocket(host, port, local, localPort);
    }
}
