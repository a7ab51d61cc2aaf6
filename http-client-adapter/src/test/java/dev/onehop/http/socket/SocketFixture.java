package dev.onehop.http.socket;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import org.junit.jupiter.api.AfterEach;

/** Three pods of {@code api-service.shop}, and sockets to them in turn. */
abstract class SocketFixture {

    static final String NAME = "api-service.shop";
    static final Duration SOON = Duration.ofSeconds(10);

    /** The first by name, as long as it may be picked. */
    static final PickPolicy FIRST = random -> eligible -> eligible.backends().stream()
            .min(Comparator.comparing(backend -> backend.podName().orElseThrow()))
            .orElseThrow();

    final LoopbackPods pods = LoopbackPods.start(3);
    final StaticDiscovery discovery = pods.discovery();
    final Onehop onehop =
            LoopbackPods.onehop(discovery).policy(PickPolicy.roundRobin()).build();
    final OnehopSocketFactory sockets = OnehopSocketFactory.of(onehop);

    @AfterEach
    void closeAll() {
        onehop.close();
        pods.close();
    }

    Balancer balancer() {
        return onehop.forHost(NAME, 80).orElseThrow();
    }

    /** A server where the system resolver sends the names in {@code src/test/resources/hosts}. */
    static LoopbackPod clusterIp() throws IOException {
        return LoopbackPod.start("cluster-ip", InetAddress.getByAddress(new byte[] {127, 0, 77, 1}), 0);
    }

    /** Asks for {@code /}, and who answered. */
    static String ask(Socket socket) throws IOException {
        say(socket);
        return answer(socket.getInputStream());
    }

    static void say(Socket socket) throws IOException {
        socket.getOutputStream()
                .write(("GET / HTTP/1.1\r\nHost: " + NAME + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** The body of a short answer. */
    static String answer(InputStream in) throws IOException {
        var text = new StringBuilder();
        var bytes = new byte[4096];
        for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
            text.append(new String(bytes, 0, n, StandardCharsets.US_ASCII));
            int head = text.indexOf("\r\n\r\n");
            if (head > 0 && text.length() > head + 4) {
                return text.substring(head + 4);
            }
        }
        return text.toString();
    }
}
