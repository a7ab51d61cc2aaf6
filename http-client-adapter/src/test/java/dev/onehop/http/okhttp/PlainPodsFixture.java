package dev.onehop.http.okhttp;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.Tally;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;

/** Three pods of HTTP/1.1 without TLS, and a client over them; all of it closed after a test. */
abstract class PlainPodsFixture {

    static final String URL = "http://api-service.shop/";
    static final Duration SOON = Duration.ofSeconds(10);

    final LoopbackPods pods = LoopbackPods.start(3);
    final StaticDiscovery discovery = pods.discovery();
    final Onehop onehop =
            LoopbackPods.onehop(discovery).policy(PickPolicy.roundRobin()).build();
    OkHttpClient client = client(it -> it);

    @AfterEach
    void closeAll() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdownNow();
        onehop.close();
        pods.close();
    }

    /** Another client over the same, in place of the first. */
    final OkHttpClient client(UnaryOperator<OkHttpClient.Builder> more) {
        client = OnehopOkHttp.on(more.apply(new OkHttpClient.Builder()), onehop).build();
        return client;
    }

    final String get(String url) throws IOException {
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.body().string();
        }
    }

    final Balancer balancer() {
        return onehop.forHost("api-service.shop", 80).orElseThrow();
    }

    final Tally tally() {
        return balancer().tally();
    }

    /** A server where the system resolver sends the names in {@code src/test/resources/hosts}. */
    static LoopbackPod clusterIp() throws IOException {
        return LoopbackPod.start("cluster-ip", InetAddress.getByAddress(new byte[] {127, 0, 77, 1}), 0);
    }
}
