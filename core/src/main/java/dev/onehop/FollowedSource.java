package dev.onehop;

import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the views of one Service port come from, and how well it tells.
 *
 * <p>Shared: safe from any thread.
 */
final class FollowedSource {

    private final SerialScheduler loop;
    private volatile Discovery.@Nullable Subscription subscription;

    FollowedSource(SerialScheduler loop) {
        this.loop = loop;
    }

    void follow(Discovery discovery, ServiceKey service, Consumer<ServiceView> subscriber) {
        subscription = discovery.subscribe(service, subscriber);
    }

    /** How often it was found to have missed changes. */
    long divergences() {
        Discovery.Subscription source = subscription;
        return source == null ? 0 : source.divergences();
    }

    /** How long ago it told us anything; empty while it has not told us all that is in {@code view}. */
    Optional<Duration> age(ServiceView view) {
        Discovery.Subscription source = subscription;
        return source != null && view instanceof ServiceView.Known
                ? Optional.of(Duration.ofNanos(Math.max(0, loop.nanoTime() - source.lastContactNanos())))
                : Optional.empty();
    }

    /** Idempotent. */
    void end() {
        Discovery.Subscription source = subscription;
        if (source != null) {
            source.close();
        }
    }
}
