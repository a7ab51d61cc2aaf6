package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Onehop;
import dev.onehop.faults.Figure;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** F-04, F-05: pods are killed in the middle of their answers. */
class KilledPodsTest {

    private static final int READY = 8;
    private static final int REPLACED = 12;
    private static final int CALLERS = 16;
    private static final Duration ANSWER = Duration.ofMillis(40);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final LoopbackPods pods = LoopbackPods.start(READY + REPLACED);
    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger replayed = new AtomicInteger();
    private volatile boolean over;

    @Test
    void f04_aGetThatIsAskedAgainOnceDoesNotFailHoweverPodsAreKilled() throws Exception {
        Map<String, Integer> failures = load("GET");

        Figure.print(
                "F-04",
                READY + " pods, " + REPLACED + " of them killed one by one, 5/s, answers take " + ANSWER.toMillis()
                        + " ms, GETs on pooled connections (JDK client)",
                "%s of %d GETs failed; %d were sent again, of these %d by their callers and the others by the JDK's client"
                        + " and ours",
                failures.isEmpty() ? "0" : failures,
                numbers.get(),
                twice(),
                replayed.get());
        assertThat(failures).isEmpty();
        assertThat(twice())
                .as("requests that were under way when their pod was killed")
                .isPositive();
    }

    @Test
    void f05_killedPodsFailThePostsTheyHadAndNoneIsSentTwice() throws Exception {
        Map<String, Integer> failures = load("POST");
        int failed = failures.values().stream().mapToInt(Integer::intValue).sum();

        Figure.print(
                "F-05",
                "the same with POSTs (JDK client)",
                "%d of %d POSTs failed: %s; %d were sent twice",
                failed,
                numbers.get(),
                failures,
                twice());
        assertThat(failed).isBetween(1, REPLACED * CALLERS);
        assertThat(twice()).isZero();
    }

    /** Closed loops of calls while pods are killed; gives what went wrong how often. */
    private Map<String, Integer> load(String method) throws Exception {
        pods.forEach(pod -> pod.answering(request -> slowly(pod.echo(request))));
        publish(0);
        var failures = new ConcurrentLinkedQueue<String>();
        try (Onehop onehop = LoopbackPods.onehop(discovery).build()) {
            OnehopHttpClient http = OnehopHttpClient.wrap(HttpClient.newHttpClient(), onehop);
            onehop.balancer("api-service.shop:80").ready().toCompletableFuture().get(10, TimeUnit.SECONDS);
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                var caller = new Thread(() -> call(http, method, failures));
                caller.start();
                callers.add(caller);
            }
            for (int killed = 0; killed < REPLACED; killed++) {
                TimeUnit.MILLISECONDS.sleep(150);
                pods.get(killed).kill();
                TimeUnit.MILLISECONDS.sleep(50); // the event comes later
                publish(killed + 1);
            }
            over = true;
            for (Thread caller : callers) {
                caller.join(TimeUnit.SECONDS.toMillis(30));
            }
            http.shutdownNow();
        } finally {
            pods.close();
        }
        Map<String, Integer> causes = new TreeMap<>();
        failures.forEach(text -> causes.merge(text, 1, Integer::sum));
        return causes;
    }

    private void call(OnehopHttpClient http, String method, ConcurrentLinkedQueue<String> failures) {
        while (!over) {
            var request = HttpRequest.newBuilder(URI.create("http://api-service.shop/" + numbers.incrementAndGet()))
                    .timeout(TIMEOUT)
                    .method(
                            method,
                            method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("an order"))
                    .build();
            String failure = failure(http, request);
            if (!failure.isEmpty() && method.equals("GET")) {
                replayed.incrementAndGet();
                failure = failure(http, request); // a GET may be sent again: that is for its caller to decide
            }
            if (!failure.isEmpty()) {
                failures.add(failure);
            }
        }
    }

    /** What went wrong with a request, or empty. */
    private static String failure(OnehopHttpClient http, HttpRequest request) {
        try {
            int status = http.send(request, BodyHandlers.ofString()).statusCode();
            return status == 200 ? "" : "status " + status;
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void publish(int from) {
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all().subList(from, from + READY)));
    }

    private int twice() {
        List<String> paths = pods.all().stream()
                .map(LoopbackPod::requests)
                .flatMap(List::stream)
                .map(request -> request.path())
                .toList();
        return (int) (paths.size() - paths.stream().distinct().count());
    }

    private static PodResponse slowly(PodResponse answer) {
        LockSupport.parkNanos(ANSWER.toNanos());
        return answer;
    }
}
