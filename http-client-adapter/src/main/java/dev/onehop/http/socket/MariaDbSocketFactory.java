package dev.onehop.http.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.util.ConfigurableSocketFactory;

/**
 * An {@link OnehopSocketFactory} for MariaDB's JDBC driver, which makes it by reflection:
 *
 * <pre>{@code
 * NamedSocketFactory.register("pods", onehop);
 * properties.setProperty("socketFactory", MariaDbSocketFactory.class.getName());
 * properties.setProperty("socketFactoryArg", "pods");
 * DriverManager.getConnection("jdbc:mariadb://orders-db.shop:3306/orders", properties);
 * }</pre>
 *
 * <p>The driver looks the host up before it connects, and connects for each address that it finds until one works, with an
 * equal part of {@code connectTimeout}; this factory reads the name only. TLS, and whose certificate is taken, are the
 * driver's, by the name in the URL. A pod that ends a connection without a greeting has failed.
 *
 * <p>Shared: safe from any thread, once configured.
 */
public final class MariaDbSocketFactory extends ConfigurableSocketFactory {

    private volatile @Nullable OnehopSocketFactory sockets;

    /** For the driver to call. */
    public MariaDbSocketFactory() {}

    /**
     * For the driver to call, before it asks for sockets.
     *
     * @throws IllegalStateException when nothing is registered by the name in {@code socketFactoryArg}
     */
    @Override
    public void setConfiguration(Configuration configuration, @Nullable String host) {
        sockets = NamedSocketFactory.registered(
                        configuration.nonMappedOptions().getProperty(NamedSocketFactory.ARGUMENT))
                .wherePodsSpeakFirst();
    }

    private SocketFactory sockets() {
        OnehopSocketFactory configured = sockets;
        if (configured == null) {
            throw new IllegalStateException(
                    "socket factory: not configured (expected: a driver that does, from 3.0 on)");
        }
        return configured;
    }

    @Override
    public Socket createSocket() throws IOException {
        return sockets().createSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return sockets().createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return sockets().createSocket(host, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return sockets().createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return sockets().createSocket(host, port, local, localPort);
    }
}
