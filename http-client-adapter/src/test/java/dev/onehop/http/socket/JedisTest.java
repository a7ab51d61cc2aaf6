package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Onehop;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** The recipe for Redis by Jedis. */
class JedisTest {

    private static final ServiceKey CACHE = new ServiceKey("shop", "cache");

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());

    @Test
    void connectionsOfThePoolGoToPodsInTurn() throws Exception {
        try (var first = FakeRedis.start("cache-1");
                var second = FakeRedis.start("cache-2");
                Onehop onehop = LoopbackPods.onehop(discovery).build()) {
            published(first.port(), second.port());
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                try (var jedis = new JedisPooled(
                        new GenericObjectPoolConfig<Connection>(),
                        pods(OnehopSocketFactory.of(onehop)),
                        DefaultJedisClientConfig.builder().build())) {
                    answers.add(jedis.get("who"));
                    assertThat(jedis.get("who")).isEqualTo(answers.get(i)); // the pool kept the connection
                }
            }

            assertThat(answers).contains("cache-1", "cache-2").hasSize(20);
            assertThat(onehop.forHost("cache.shop", 6379).orElseThrow().tally().succeeded())
                    .isEqualTo(20);
        }
    }

    /** The recipe: what Jedis' own factory sets, and the Service's name, unresolved. */
    private static JedisSocketFactory pods(OnehopSocketFactory sockets) {
        return () -> {
            Socket socket = sockets.createSocket();
            try {
                socket.setKeepAlive(true);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(2_000);
                socket.connect(InetSocketAddress.createUnresolved("cache.shop", 6379), 2_000);
                return socket;
            } catch (IOException e) {
                throw new JedisConnectionException("cache.shop:6379", e);
            }
        };
    }

    private void published(int... ports) {
        discovery.set(
                Service.builder(CACHE.namespace(), CACHE.name())
                        .clusterIps(List.of("10.96.9.8"))
                        .ipFamilies(AddressFamily.IPV4)
                        .port("redis", 6379)
                        .build(),
                Stream.of(ports[0], ports[1])
                        .map(port -> EndpointSlice.of(
                                CACHE,
                                "cache-" + port,
                                List.of(new SlicePort("redis", Protocol.TCP, port)),
                                List.of(Endpoint.builder("127.0.0.1")
                                        .pod("cache-" + port, "uid-" + port)
                                        .build())))
                        .toArray(EndpointSlice[]::new));
    }
}
