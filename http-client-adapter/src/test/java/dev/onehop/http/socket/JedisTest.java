package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Onehop;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** The recipe for Redis by Jedis. */
class JedisTest {

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());

    @Test
    void connectionsOfThePoolGoToPodsInTurn() throws Exception {
        try (var first = FakeRedis.start("cache-1");
                var second = FakeRedis.start("cache-2");
                Onehop onehop = LoopbackPods.onehop(discovery).build()) {
            new ServicePods(discovery, "cache", 6379).publish(first.port(), second.port());
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
}
