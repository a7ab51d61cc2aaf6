package dev.onehop.health;

import java.util.Optional;

/**
 * What an ending says about the backend, layer by layer. The standard one follows reliability 2.3; an application that
 * knows its servers better gives its own to {@code Onehop.builder().classifier(...)}.
 *
 * <p>Implementations are shared: safe from any thread, quick, without side effects.
 */
public interface Classifier {

    /** A call that ended with an exception, at whatever layer. */
    Signal ofFailure(Throwable failure);

    /**
     * An HTTP response.
     *
     * @param status 100..599
     * @param retryAfter whether the response carries a {@code Retry-After}; not looked for below 300, where it has no meaning
     *     (RFC 9110 10.2.3)
     * @return empty when the backend did its work, which most error statuses say as well
     */
    Optional<Signal> ofHttpStatus(int status, boolean retryAfter);

    /**
     * A gRPC status that came from the server.
     *
     * @param code 0..16, as in {@code io.grpc.Status.Code}
     * @return empty when the backend did its work, which most error codes say as well
     */
    Optional<Signal> ofGrpcStatus(int code);

    /** The one of reliability 2.3. */
    static Classifier standard() {
        return StandardClassifier.INSTANCE;
    }
}
