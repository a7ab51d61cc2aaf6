package dev.onehop.http.docs;

import java.util.Arrays;
import java.util.Locale;

/** A page of docs/adapters, and what a reader of it has at hand: the client's imports, and variables of their own. */
enum Page {
    APACHE("""
            import dev.onehop.http.apache.*;
            import org.apache.hc.client5.http.config.ConnectionConfig;
            import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
            import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
            import org.apache.hc.client5.http.impl.classic.HttpClients;
            import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
            import org.apache.hc.core5.reactor.IOReactorConfig;
            import org.apache.hc.core5.util.TimeValue;
            import org.apache.hc.core5.util.Timeout;
            """, "javax.net.ssl.SSLContext sslContext;", "OnehopConnectionManager", "OnehopAsyncConnectionManager"),
    JDK("""
            import dev.onehop.http.jdk.OnehopHttpClient;
            import java.net.URI;
            import java.net.http.HttpClient;
            """, "HttpClient http; java.net.http.WebSocket.Listener listener;", "OnehopHttpClient"),
    JETTY("""
            import dev.onehop.http.jetty.OnehopJetty;
            import org.eclipse.jetty.client.HttpClient;
            import org.eclipse.jetty.client.transport.*;
            import org.eclipse.jetty.http2.client.HTTP2Client;
            import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
            import org.eclipse.jetty.io.ClientConnector;
            """, "", "OnehopJetty"),
    NETTY(
            """
            import dev.onehop.*;
            import dev.onehop.http.netty.*;
            import io.netty.bootstrap.Bootstrap;
            import io.netty.buffer.ByteBuf;
            import io.netty.channel.Channel;
            import io.netty.channel.socket.DatagramPacket;
            import io.netty.util.concurrent.Future;
            import java.net.InetSocketAddress;
            """,
            "Bootstrap bootstrap; Channel channel; ByteBuf query; String host; int port;",
            "OnehopBootstrap",
            "OnehopAddressResolverGroup",
            "OnehopDatagramHandler"),
    OKHTTP("""
            import dev.onehop.http.okhttp.OnehopOkHttp;
            import okhttp3.OkHttpClient;
            """, "", "OnehopOkHttp"),
    REACTOR("""
            import dev.onehop.http.reactor.OnehopReactor;
            import org.springframework.http.client.reactive.ReactorClientHttpConnector;
            import org.springframework.web.reactive.function.client.WebClient;
            import reactor.netty.http.client.HttpClient;
            import reactor.netty.tcp.TcpClient;
            """, "", "OnehopReactor"),
    SOCKETS("""
            import dev.onehop.http.socket.*;
            import java.io.IOException;
            import java.net.*;
            import java.sql.DriverManager;
            import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
            import redis.clients.jedis.*;
            import redis.clients.jedis.exceptions.JedisConnectionException;
            """, "java.util.Properties properties;", "OnehopSocketFactory"),
    VERTX("""
            import dev.onehop.http.vertx.OnehopVertx;
            import io.vertx.core.Vertx;
            import io.vertx.core.http.HttpClientAgent;
            import io.vertx.core.net.NetClient;
            import io.vertx.ext.web.client.WebClient;
            """, "OnehopVertx pods; Vertx vertx;", "OnehopVertx");

    private final String imports;
    private final String variables;
    private final String[] doors;

    Page(String imports, String variables, String... doors) {
        this.imports = imports;
        this.variables = variables;
        this.doors = doors;
    }

    /** The page of the client that {@code line} makes go to pods. */
    static Page of(String line) {
        return Arrays.stream(values())
                .filter(page -> Arrays.stream(page.doors).anyMatch(door -> line.contains(door + ".")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no client of ours in the line: " + line));
    }

    String file() {
        return name().toLowerCase(Locale.ROOT) + ".md";
    }

    /** A class of that name with {@code statements} in a method. */
    String around(String statements, String className) {
        return """
                %s
                class %s {
                    dev.onehop.Onehop onehop;
                    %s
                    void shown(Object... values) throws Exception {
                        %s
                    }
                }
                """.formatted(imports, className, variables, statements);
    }
}
