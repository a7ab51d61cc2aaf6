package dev.onehop.k8s.chaos;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.OnehopEvent;
import dev.onehop.k8s.KubernetesDiscovery;
import dev.onehop.service.AddressPolicy;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * A client in a JVM of its own, for a test to freeze: calls {@code api-service.shop} in an open loop, and prints how often
 * pods were ejected, calls made and failed, ten times a second.
 */
final class FrozenClient {

    private static final int CALLERS = 16;
    private static final int PER_SECOND = 200;
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private FrozenClient() {}

    /** @param arguments the API server's URL; goes on until its standard input ends */
    public static void main(String[] arguments) throws IOException {
        var ejections = new LongAdder();
        var calls = new LongAdder();
        var failures = new LongAdder();
        Onehop onehop = Onehop.builder()
                .discovery(KubernetesDiscovery.builder()
                        .config(new ConfigBuilder(Config.empty())
                                .withMasterUrl(arguments[0])
                                .build())
                        .build())
                .addressPolicy(AddressPolicy.allowingLoopback())
                .meshDetection(false)
                .listener(event -> {
                    if (event instanceof OnehopEvent.Ejected) {
                        ejections.increment();
                    }
                })
                .build();
        Balancer api = onehop.balancer("api-service.shop:80");
        api.ready().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        for (int i = 0; i < CALLERS; i++) {
            daemon(() -> {
                long next = System.nanoTime();
                while (true) {
                    next += TimeUnit.SECONDS.toNanos(CALLERS) / PER_SECOND;
                    LockSupport.parkNanos(next - System.nanoTime()); // what a pause has left undone is done at once
                    String failure = call(api);
                    calls.increment();
                    if (!failure.isEmpty()) {
                        failures.increment();
                        System.out.println("failed " + failure);
                    }
                }
            });
        }
        daemon(() -> {
            while (true) {
                System.out.println("counted " + ejections + " " + calls + " " + failures);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        });
        daemon(() -> {
            LockSupport.parkNanos(LONGEST.toNanos());
            System.exit(2); // nobody has ended it
        });
        while (System.in.read() >= 0) {
            // until the test is over
        }
        System.exit(0);
    }

    private static String call(Balancer api) {
        record Connection(Socket socket, Attempt attempt) {}
        Attempt open = null;
        try {
            Connection connection = api.connect(Duration.ofSeconds(3), (attempt, timeout) -> {
                var socket = new Socket();
                socket.connect(attempt.address(), (int) timeout.toMillis());
                return new Connection(socket, attempt);
            });
            open = connection.attempt();
            try (Socket socket = connection.socket()) {
                socket.setSoTimeout(1_000);
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: api-service.shop\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readAllBytes();
                int status = Integer.parseInt(new String(answer, StandardCharsets.ISO_8859_1).substring(9, 12));
                open.answered(status, false);
                return status == 200 ? "" : "status " + status;
            }
        } catch (IOException | RuntimeException e) {
            if (open != null) {
                open.failed(e);
            }
            return e.toString();
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }
}
