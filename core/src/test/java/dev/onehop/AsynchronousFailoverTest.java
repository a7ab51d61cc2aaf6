package dev.onehop;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

class AsynchronousFailoverTest extends FailoverContract {
    @Override
    String connect(Balancer api, Duration timeout, Dialer<String> dialer) throws IOException {
        var connected = api.connectAsync(timeout, (attempt, dialTimeout) -> {
            try {
                return CompletableFuture.completedFuture(dialer.dial(attempt, dialTimeout));
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
        try {
            return connected.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
