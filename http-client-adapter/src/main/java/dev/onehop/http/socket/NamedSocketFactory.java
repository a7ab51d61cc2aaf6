package dev.onehop.http.socket;

import dev.onehop.Onehop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * An {@link OnehopSocketFactory} for clients that can only be told the name of a class and a word, as JDBC drivers are:
 *
 * <pre>{@code
 * NamedSocketFactory.register("pods", onehop);
 * properties.setProperty("socketFactory", NamedSocketFactory.class.getName());
 * properties.setProperty("socketFactoryArg", "pods");
 * DriverManager.getConnection("jdbc:postgresql://orders-db.shop:5432/orders", properties);
 * }</pre>
 *
 * <p>This is the one static registry of Onehop's, and holds only what is put there by hand: these drivers make the factory
 * by reflection, with strings alone, so there is no other way from an {@link Onehop} to it. Those of MySQL and MariaDB want a
 * kind of their own, {@link MySqlSocketFactory} and {@link MariaDbSocketFactory}. Wherever a client takes an object, use
 * {@link OnehopSocketFactory}.
 *
 * <p>Shared: safe from any thread.
 */
public final class NamedSocketFactory extends SocketFactory {

    /** The property with the name that is registered: pgjdbc's own word, and what MySQL's and MariaDB's read it from here. */
    static final String ARGUMENT = "socketFactoryArg";

    private static final Map<String, OnehopSocketFactory> REGISTERED = new ConcurrentHashMap<>();

    private final OnehopSocketFactory sockets;

    /**
     * For the client to call.
     *
     * @param name as registered
     * @throws IllegalStateException when nothing is registered by that name
     */
    public NamedSocketFactory(String name) {
        this.sockets = registered(Objects.requireNonNull(name, "name"));
    }

    /**
     * What is registered by a name, for the factories of drivers that want a class of their own kind.
     *
     * @param name null where the driver was told none
     * @throws IllegalStateException when nothing is registered by that name
     */
    static OnehopSocketFactory registered(@Nullable String name) {
        OnehopSocketFactory found = name == null ? null : REGISTERED.get(name);
        if (found == null) {
            throw new IllegalStateException((name == null
                            ? "socket factory: " + ARGUMENT + " is not set"
                            : "socket factory: '" + name + "' is not registered")
                    + " (expected: one of " + REGISTERED.keySet() + ", see NamedSocketFactory.register)");
        }
        return found;
    }

    /**
     * Makes {@code onehop} known by a name, in this class loader's {@code NamedSocketFactory}.
     *
     * @return takes the name back when closed; clients that have their factory keep it
     * @throws IllegalStateException when the name is taken
     */
    public static Registration register(String name, Onehop onehop) {
        var factory = OnehopSocketFactory.of(onehop);
        if (REGISTERED.putIfAbsent(Objects.requireNonNull(name, "name"), factory) != null) {
            throw new IllegalStateException("socket factory: '" + name + "' is registered (expected: a free name)");
        }
        return () -> REGISTERED.remove(name, factory);
    }

    /** A name that is taken. */
    public interface Registration extends AutoCloseable {
        /** Takes the name back. Idempotent, from any thread. */
        @Override
        void close();
    }

    @Override
    public Socket createSocket() {
        return sockets.createSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return sockets.createSocket(host, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return sockets.createSocket(host, port, local, localPort);
    }
}
