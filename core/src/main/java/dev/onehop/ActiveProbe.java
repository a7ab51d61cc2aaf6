package dev.onehop;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Asks one backend whether it is well, over a connection of its own: what an {@link ActiveCheck} does, for protocols that
 * core does not speak. {@code grpc.health.v1} is one: {@code GrpcHealth} of {@code onehop-grpc-adapter} asks by it.
 *
 * <p>Shared: called on Onehop's own thread, so it must not block; several probes may be under way at once, of one backend
 * two where one goes on after its time. What it opened is its own to close.
 */
@FunctionalInterface
public interface ActiveProbe {

    /**
     * Begins to ask.
     *
     * @param backend the pod's IP and target port, with {@code service.namespace} as host name; never unresolved
     * @param timeout for all of it; an answer that comes later counts as a failure
     * @return completes with anything when the backend is well, and fails with why it is not. Where that says that no
     *     connection can be made, as {@link dev.onehop.health.Classifier} sees it, it is hard evidence, else soft
     */
    CompletionStage<?> probe(InetSocketAddress backend, Duration timeout);
}
