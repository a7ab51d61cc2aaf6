package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.ServiceView;
import dev.onehop.testing.SampleService;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class AsynchronousFailoverTest extends FailoverContract {
    @Override
    String connect(Balancer api, Duration timeout, Dialer<String> dialer) throws IOException {
        var connected = api.connectAsync(timeout, said((attempt, dialTimeout) -> {
            try {
                return CompletableFuture.completedFuture(dialer.dial(attempt, dialTimeout));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }));
        try {
            return connected.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** What is said of a dialer by its type. */
    <T> AsyncDialer<T> said(AsyncDialer<T> dialer) {
        return dialer;
    }

    @Test
    void cancellingAbandonsTheAttemptUnderWay() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        var never = new CompletableFuture<String>();
        var call = api.connectAsync(Duration.ofSeconds(3), said((attempt, timeout) -> never));

        call.cancel(true);

        assertThat(api.eligible().backend(0).abandoned()).isEqualTo(1);
        assertThat(api.eligible().backend(0).inFlight()).isZero();
    }

    @Test
    void aConnectionMadeForNobodyIsClosed() {
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();
        var connection = new StringReader("open");
        var dialled = new CompletableFuture<StringReader>();
        var call = api.connectAsync(Duration.ofSeconds(3), said((attempt, timeout) -> dialled));

        call.cancel(true);
        dialled.complete(connection);

        assertThatThrownBy(connection::read).isInstanceOf(IOException.class);
    }

    @Test
    void whatFollowsTheFirstViewDoesNotRunOnTheLoop() {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("not yet"));
        Balancer api = onehop.balancer("api.shop:80");
        var thread = new CompletableFuture<Thread>();
        api.attemptAsync().thenAccept(attempt -> thread.complete(Thread.currentThread()));

        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
        time.run();

        assertThat(thread.join()).isNotSameAs(Thread.currentThread());
    }

    @Test
    void whileNothingIsKnownACallSpendsHalfItsTimeWaitingAndDialsTheClusterIp() throws Exception {
        discovery.set(SampleService.KEY, new ServiceView.Unknown("the API server does not answer"));
        Balancer api = onehop.balancer("api.shop:80");
        time.run();

        connect(api, Duration.ofMillis(100), (attempt, timeout) -> {
            timeouts.add(timeout);
            assertThat(attempt.fallback()).isPresent();
            return "ClusterIP";
        });

        assertThat(timeouts)
                .hasSize(1)
                .allSatisfy(timeout -> assertThat(timeout).isPositive());
    }
}
