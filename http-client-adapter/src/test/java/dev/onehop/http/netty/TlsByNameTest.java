package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Onehop;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS identity stays the Service's name, whatever address is dialled (reliability S-07, S-08). */
class TlsByNameTest {

    private static final String NAME = "api-service.shop";
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path folder;

    private final EventLoopGroup loops = EventLoops.one();
    private final StaticDiscovery discovery = LoopbackPods.start(0).discovery();
    private final Onehop onehop = LoopbackPods.onehop(discovery).build();
    private final CompletableFuture<String> sni = new CompletableFuture<>();

    @AfterEach
    void close() {
        onehop.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void aCertificateForTheServiceIsAcceptedAndSniIsTheService() throws Exception {
        handshake("dns:" + NAME).get(10, TimeUnit.SECONDS);

        assertThat(sni).isCompletedWithValue(NAME);
    }

    @Test
    void aCertificateForThePodsAddressIsNotEnough() throws Exception {
        assertThat(handshake("ip:127.0.0.1"))
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(SSLHandshakeException.class);

        assertThat(sni).isCompletedWithValue(NAME);
    }

    private CompletableFuture<Channel> handshake(String subjectAlternativeName) throws Exception {
        KeyStore keys = selfSigned(subjectAlternativeName);
        int port = serve(keys);
        discovery.set(
                LoopbackPods.service(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "api-1",
                        List.of(new SlicePort("http", Protocol.TCP, port)),
                        List.of(Endpoint.builder("127.0.0.1").build())));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        SslContext client = SslContextBuilder.forClient()
                .trustManager(trust)
                .endpointIdentificationAlgorithm("HTTPS")
                .build();
        var done = new CompletableFuture<Channel>();
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .resolver(OnehopAddressResolverGroup.of(onehop))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler tls = client.newHandler(channel.alloc(), NAME, 80);
                        tls.handshakeFuture().addListener(handshake -> {
                            if (handshake.isSuccess()) {
                                done.complete(channel);
                            } else {
                                done.completeExceptionally(handshake.cause());
                            }
                        });
                        channel.pipeline().addLast(tls);
                    }
                })
                .connect(NAME, 80);
        return done;
    }

    private int serve(KeyStore keys) throws Exception {
        var manager = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        manager.init(keys, PASSWORD);
        SslContext server = SslContextBuilder.forServer(manager).build();
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new SniHandler((String name) -> {
                            sni.complete(name);
                            return server;
                        }));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private KeyStore selfSigned(String subjectAlternativeName) throws Exception {
        Path file = folder.resolve("keys.p12");
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "pod",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=pod",
                        "-ext",
                        "san=" + subjectAlternativeName,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }
}
