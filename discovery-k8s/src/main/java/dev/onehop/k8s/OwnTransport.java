package dev.onehop.k8s;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.net.http.HttpClient;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * fabric8's JDK transport, able to end everything it began. Before Java 21 the JDK's HTTP client cannot be closed: its
 * selector thread goes on until the garbage collector finds the client, with idle connections open. So it is built
 * inside a thread group of its own, through which that thread, and nobody else's, is found and interrupted.
 *
 * <p>Shared: safe from any thread.
 */
final class OwnTransport extends JdkHttpClientFactory {

    private static final Logger log = LoggerFactory.getLogger(OwnTransport.class);

    private final ThreadGroup group = endingWithItsLastThread("onehop-k8s-http");
    private volatile @Nullable TrackedHttp tracked;

    @Override
    protected HttpClient.Builder createNewHttpClientBuilder() {
        return new TrackedHttpBuilder(super.createNewHttpClientBuilder(), this::build);
    }

    int unanswered() {
        TrackedHttp open = tracked;
        return open == null ? 0 : open.unanswered();
    }

    /** Calls off what waits for an answer. Comes before fabric8 closes its client. */
    void cancelUnanswered() {
        TrackedHttp open = tracked;
        if (open != null) {
            open.cancelUnanswered();
        }
    }

    /** Ends the selector thread and its connections. Comes after fabric8 has closed its client. */
    void close() {
        TrackedHttp open = tracked;
        if (open == null) {
            return;
        }
        try {
            HttpClient.class.getMethod("shutdownNow").invoke(open.client());
        } catch (NoSuchMethodException beforeJava21) {
            group.interrupt();
        } catch (ReflectiveOperationException e) {
            log.debug("the HTTP client did not close; the garbage collector will", e);
        }
    }

    private HttpClient build(HttpClient.Builder settings) {
        var built = new AtomicReference<@Nullable HttpClient>();
        var failure = new AtomicReference<@Nullable RuntimeException>();
        var builder = new Thread(
                group,
                () -> {
                    try {
                        built.set(settings.build());
                    } catch (RuntimeException e) {
                        failure.set(e);
                    }
                },
                "onehop-k8s-http-start");
        builder.setDaemon(true);
        builder.start();
        join(builder);
        RuntimeException failed = failure.get();
        HttpClient client = built.get();
        if (client == null) {
            throw failed == null ? new IllegalStateException("no HTTP client: interrupted while it was built") : failed;
        }
        var open = new TrackedHttp(client);
        tracked = open;
        return open;
    }

    /** Before Java 19 a group that is not told so stays with its parent for ever; later Javas ignore it. */
    @SuppressWarnings("removal")
    private static ThreadGroup endingWithItsLastThread(String name) {
        var group = new ThreadGroup(name);
        group.setDaemon(true);
        return group;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
