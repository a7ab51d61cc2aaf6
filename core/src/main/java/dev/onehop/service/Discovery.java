package dev.onehop.service;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where views of Services come from. A failure of the source never takes a view away: subscribers keep the last one and
 * are told that it is {@link ServiceView.Stale}.
 *
 * <p>Implementations extend {@code DiscoveryContract} in their tests.
 *
 * <p>Shared: safe from any thread.
 */
public interface Discovery extends AutoCloseable {

    /**
     * Begins to follow a Service. The subscriber hears the present view at once or soon ({@link ServiceView.Unknown} if
     * nothing is known yet), then every change, in order and never two at a time, on a thread of the discovery's; it
     * must be quick and must not block. Nothing is heard after {@link Subscription#close()} has returned, except for a
     * call already under way. Never fails because of the source: an unreachable one is a view, too.
     */
    Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber);

    /**
     * Where this process runs, as far as known by now. When it changes, the present views are delivered again to all
     * subscribers.
     */
    ClientLocation location();

    /** The namespace that a bare Service name means, or empty when unknown. */
    Optional<String> namespace();

    /**
     * Whether endpoints of a Service that is followed are still in its view although a whole list of the source says that
     * there are none: it is not believed for a while, in case the source has lost its memory. False where nothing is ever
     * kept.
     */
    default boolean keepsEmptied(ServiceKey service) {
        return false;
    }

    /** Ends all subscriptions and leaves no thread or socket. Idempotent. */
    @Override
    void close();

    /** One followed Service. */
    interface Subscription extends AutoCloseable {

        /**
         * When the source last told us anything about this Service (a list, an event, a bookmark): where Service and slices
         * come by different ways, the way that has been silent for longer counts. On the clock of
         * {@code SerialScheduler.nanoTime()}; a source that cannot be out of date returns the present time. Before the
         * first contact: when the subscription began.
         */
        long lastContactNanos();

        /**
         * How often a comparison with the source found that changes had been missed; 0 where nothing is ever compared.
         * Safe from any thread.
         */
        default long divergences() {
            return 0;
        }

        /** Stops following. Idempotent. */
        @Override
        void close();
    }
}
