package dev.onehop;

import dev.onehop.health.Backend;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How one Service port's backends are asked: by its {@link ActiveCheck}, or by the bare connect where it has none.
 *
 * <p>Shared: safe from any thread. Nothing here blocks.
 */
final class Checkup {

    private final Prober prober;
    private final @Nullable ActiveCheck check;

    Checkup(Prober prober, @Nullable ActiveCheck check) {
        this.prober = prober;
        this.check = check;
    }

    /**
     * Asks a backend that is on trial after failed connects: all checks must pass that a healthy backend passes.
     *
     * @param timeout of the bare connect
     */
    CompletionStage<?> trial(Backend backend, Duration timeout) {
        if (check == null) {
            return prober.connect(backend.address(), timeout);
        }
        CompletionStage<?> passed = of(backend);
        for (int more = check.healthy() - 1; more > 0; more--) {
            passed = passed.thenCompose(well -> of(backend));
        }
        return passed;
    }

    /** One check; an {@link ActiveCheck}'s is counted on its backend. */
    CompletionStage<?> of(Backend backend) {
        ActiveCheck by = check;
        if (by == null) {
            return prober.connect(backend.address(), FleetHealth.PROBE);
        }
        return ask(backend, by).whenComplete((well, failure) -> backend.checks().ended(failure == null));
    }

    private CompletionStage<?> ask(Backend backend, ActiveCheck by) {
        ActiveProbe own = by.probe();
        if (own == null) {
            return prober.converse(backend.address(), by.timeout(), by.conversation());
        }
        var answer = new CompletableFuture<@Nullable Object>();
        try {
            own.probe(backend.address(), by.timeout()).whenComplete((well, failure) -> {
                if (failure == null) {
                    answer.complete(well);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer.orTimeout(by.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }
}
