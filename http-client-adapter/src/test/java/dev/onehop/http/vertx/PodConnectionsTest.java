package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is kept of connections that Vert.x has in its pools, and for how long. */
class PodConnectionsTest extends ContractFixture {

    private final PodConnections connections = new PodConnections();

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    @Test
    void ofAPooledConnectionNothingIsKeptFiveSecondsAfterItWasClosed() throws Exception {
        pods(2);
        Balancer balancer = balancer(onehop());
        var closed = new End(50_001);
        var open = new End(50_002);
        PodConnection first = connections.made(balancer.attempt(), closed);
        PodConnection second = connections.made(balancer.attempt(), open);
        HttpConnection firstPooled = closed.pooled();
        HttpConnection secondPooled = open.pooled();
        connections.pooled(firstPooled);
        connections.pooled(secondPooled);

        closed.pipeline().close(); // EmbeddedChannel.close() drops what is to be done later

        closed.advance(4);
        assertThat(connections.of(firstPooled))
                .as("Vert.x's pool may still give it away")
                .isSameAs(first);
        closed.advance(1);
        open.advance(5);
        assertThat(connections.of(firstPooled)).isNull();
        assertThat(connections.of(secondPooled)).isSameAs(second);
    }

    /** Our end of a connection, whose event loop's time is pushed. */
    private static final class End extends EmbeddedChannel {
        private final int port;

        End(int port) {
            this.port = port;
            freezeTime();
        }

        void advance(int seconds) {
            advanceTimeBy(seconds, TimeUnit.SECONDS);
            runScheduledPendingTasks();
        }

        @Override
        protected InetSocketAddress localAddress0() {
            return new InetSocketAddress("127.0.0.1", port);
        }

        @Override
        protected InetSocketAddress remoteAddress0() {
            return new InetSocketAddress("127.0.0.2", 80);
        }

        /** As Vert.x has it in a pool. */
        HttpConnection pooled() {
            return (HttpConnection) Proxy.newProxyInstance(
                    HttpConnection.class.getClassLoader(),
                    new Class<?>[] {HttpConnection.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "localAddress" -> SocketAddress.inetSocketAddress(localAddress0());
                        case "remoteAddress" -> SocketAddress.inetSocketAddress(remoteAddress0());
                        case "hashCode" -> port;
                        case "equals" -> arguments[0] == proxy;
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }
    }
}
