package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;

/**
 * Three pods of {@code api-service.shop} picked strictly in turn, and a client over them. The tests run twice: as the JVM is,
 * and where it may set {@code Host} (the pom's second surefire execution).
 */
abstract class HttpFixture {

    static final Duration SOON = Duration.ofSeconds(10);
    static final String SERVICE = "http://api-service.shop";

    /** The next one each time, from the first. */
    static final PickPolicy IN_TURN = random -> {
        var next = new AtomicInteger();
        return eligible -> inOrder(eligible).get(next.getAndIncrement() % eligible.size());
    };

    /** The first, as long as it may be picked. */
    static final PickPolicy FIRST = random -> eligible -> inOrder(eligible).get(0);

    final LoopbackPods pods = LoopbackPods.start(3);
    final StaticDiscovery discovery = pods.discovery();
    Onehop onehop = LoopbackPods.onehop(discovery).policy(IN_TURN).build();
    OnehopHttpClient http = OnehopHttpClient.wrap(HttpClient.newHttpClient(), onehop);
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        http.shutdownNow();
        onehop.close();
        pods.close();
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    /** Picks by another policy from now on. */
    void picking(PickPolicy policy) {
        onehop.close();
        onehop = LoopbackPods.onehop(discovery).policy(policy).build();
        over(HttpClient.newHttpClient());
    }

    /** Wraps another client, in place of the present one. */
    OnehopHttpClient over(HttpClient client) {
        http = OnehopHttpClient.wrap(client, onehop);
        return http;
    }

    /** A server where the system resolver sends the names in {@code src/test/resources/hosts}. */
    LoopbackPod clusterIp() {
        try {
            var pod = LoopbackPod.start("cluster-ip", InetAddress.getByAddress(new byte[] {127, 0, 77, 1}), 0);
            toClose.add(pod);
            return pod;
        } catch (IOException e) {
            return Assumptions.abort("this machine cannot bind 127.0.77.1: " + e);
        }
    }

    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return http.send(request(url).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String url, String body) throws IOException, InterruptedException {
        return http.send(request(url).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url));
    }

    private static List<Backend> inOrder(Eligible eligible) {
        return eligible.backends().stream()
                .sorted(Comparator.comparing(backend -> backend.key().toString()))
                .toList();
    }

    Balancer balancer() {
        return onehop.balancer("api-service.shop:80");
    }

    long total(ToLongFunction<Backend> counter) {
        var eligible = balancer().eligible();
        return eligible.backends().stream().mapToLong(counter).sum()
                + eligible.ejected().stream().mapToLong(counter).sum();
    }
}
