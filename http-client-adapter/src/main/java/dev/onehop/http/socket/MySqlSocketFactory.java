package dev.onehop.http.socket;

import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.conf.RuntimeProperty;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * An {@link OnehopSocketFactory} for MySQL's JDBC driver (Connector/J), which makes it by reflection:
 *
 * <pre>{@code
 * NamedSocketFactory.register("pods", onehop);
 * properties.setProperty("socketFactory", MySqlSocketFactory.class.getName());
 * properties.setProperty("socketFactoryArg", "pods");
 * DriverManager.getConnection("jdbc:mysql://orders-db.shop:3306/orders", properties);
 * }</pre>
 *
 * <p>A Service's name is not looked up. Other names go the driver's own way, lookup, addresses and the JVM's SOCKS proxy
 * included; the driver's own {@code socksProxyHost} counts for nothing beside a socket factory. TLS, and whose certificate
 * is taken, are the driver's, by the name in the URL. A pod that ends a connection without a greeting has failed.
 *
 * <p>Not thread-safe: the driver makes one for each connection.
 */
public final class MySqlSocketFactory extends StandardSocketFactory {

    /** For the driver to call. */
    public MySqlSocketFactory() {}

    /**
     * For the driver to call, once.
     *
     * @throws IllegalStateException when nothing is registered by the name in {@code socketFactoryArg}
     */
    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the driver's method: T is Socket
    public <T extends Closeable> T connect(String host, int port, PropertySet properties, int loginTimeout)
            throws IOException {
        OnehopSocketFactory pods =
                NamedSocketFactory.registered(argument(properties)).wherePodsSpeakFirst();
        if (!pods.serves(host, port)) {
            return super.connect(host, port, properties, loginTimeout);
        }
        this.host = host;
        this.port = port;
        loginTimeoutCountdown = loginTimeout;
        Socket socket = pods.createSocket();
        rawSocket = socket;
        sslSocket = socket; // until there is TLS
        try {
            configureSocket(socket, properties);
            String local =
                    properties.getStringProperty(PropertyKey.localSocketAddress).getValue();
            if (local != null && !local.isEmpty()) {
                socket.bind(new InetSocketAddress(InetAddress.getByName(local), 0));
            }
            int timeout =
                    properties.getIntegerProperty(PropertyKey.connectTimeout).getValue();
            socket.connect(InetSocketAddress.createUnresolved(host, port), getRealTimeout(timeout));
            resetLoginTimeCountdown();
        } catch (IOException | RuntimeException | Error failure) {
            socket.close();
            throw failure;
        }
        return (T) socket;
    }

    private static @Nullable String argument(PropertySet properties) {
        RuntimeProperty<String> told = properties.getStringProperty(NamedSocketFactory.ARGUMENT);
        return told == null ? null : told.getValue();
    }
}
