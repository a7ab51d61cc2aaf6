package dev.onehop;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Finds out whether somebody listens at an address, without anybody waiting for it.
 *
 * <p>Shared: safe from any thread.
 */
@FunctionalInterface
interface Prober extends AutoCloseable {

    /** Connects and hangs up. Fails with what went wrong; completes on any thread. */
    CompletionStage<Void> connect(InetSocketAddress address, Duration timeout);

    /** Connects and holds a conversation, all of it within {@code timeout}. */
    default CompletionStage<Void> converse(InetSocketAddress address, Duration timeout, Conversation conversation) {
        return connect(address, timeout);
    }

    /** Ends what is under way, and leaves no thread or socket. */
    @Override
    default void close() {}
}
