package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.eligible.Verdict;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Where a new flow goes.
 *
 * <p>Immutable.
 *
 * @param attempt open as long as the flow lives
 * @param address the backend's, or the Service's own when falling back; resolved
 */
record FlowPick(Attempt attempt, InetSocketAddress address) {

    /** Picks, and looks the Service's own name up where that is what to use. Completes on any thread, often at once. */
    static CompletableFuture<FlowPick> of(Balancer balancer, NameLookup lookup, EventLoop loop) {
        return balancer.attemptAsync()
                .thenCompose(attempt -> {
                    InetSocketAddress address = attempt.address();
                    if (!address.isUnresolved()) {
                        return CompletableFuture.completedFuture(new FlowPick(attempt, address));
                    }
                    return lookup.resolve(loop, address)
                            .thenApply(resolved -> new FlowPick(attempt, resolved))
                            .whenComplete((pick, thrown) -> {
                                if (thrown != null) {
                                    attempt.close();
                                }
                            });
                })
                .toCompletableFuture();
    }

    /** What a write fails with: as on a connected socket where kube-proxy rejects (R25), else the failure's own cause. */
    static Throwable failure(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof NoBackendException nobody && nobody.verdict() == Verdict.REJECT) {
            var unreachable = new PortUnreachableException(nobody.getMessage());
            unreachable.initCause(nobody);
            return unreachable;
        }
        return cause;
    }
}
