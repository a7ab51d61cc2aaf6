package dev.onehop.grpc;

import dev.onehop.service.Printable;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code grpc.health.v1.Health/Check}, and what its end says of the backend. Closes the channel.
 *
 * <p>Serial: called back by gRPC, one call at a time.
 */
final class HealthCall extends ClientCall.Listener<Integer> {

    private final ManagedChannel channel;
    private final CompletableFuture<HealthStatus> answer;
    private @Nullable Integer status;

    private HealthCall(ManagedChannel channel, CompletableFuture<HealthStatus> answer) {
        this.channel = channel;
        this.answer = answer;
    }

    /** Begins it; at the latest at the deadline {@code answer} is complete and the channel closed. */
    static void begin(
            ManagedChannel channel, String service, Deadline deadline, CompletableFuture<HealthStatus> answer) {
        try {
            ClientCall<String, Integer> call =
                    channel.newCall(HealthMethod.CHECK, CallOptions.DEFAULT.withDeadline(deadline));
            call.start(new HealthCall(channel, answer), new Metadata());
            call.request(2); // one is what we want; a second would be the server's mistake, and is to be noticed
            call.sendMessage(service);
            call.halfClose();
        } catch (RuntimeException | Error e) {
            channel.shutdownNow();
            throw e;
        }
    }

    @Override
    public void onMessage(Integer message) {
        status = message;
    }

    @Override
    public void onClose(Status ending, Metadata trailers) {
        boolean connecting = channel.getState(false) == ConnectivityState.CONNECTING;
        channel.shutdownNow();
        if (ending.getCode() == Status.Code.UNIMPLEMENTED) {
            answer.complete(HealthStatus.UNIMPLEMENTED);
        } else if (!ending.isOk()) {
            answer.completeExceptionally(failure(ending, connecting));
        } else if (status == null) {
            answer.completeExceptionally(new IOException("answered OK without a status"));
        } else if (status != HealthMethod.SERVING) {
            answer.completeExceptionally(new IOException("answered " + HealthMethod.name(status)));
        } else {
            answer.complete(HealthStatus.SERVING);
        }
    }

    /** Keeps the transport's own exception as cause: it tells a refused connect from a wrong certificate. */
    private static IOException failure(Status ending, boolean connecting) {
        if (ending.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            // The transport stands when both have sent their HTTP/2 settings, over TLS where it is asked for. Until
            // then a
            // gRPC client has no connection, whether or not the pod's kernel has accepted one.
            return connecting
                    ? new SocketTimeoutException("connect timed out: no HTTP/2 connection")
                    : new IOException("no answer in time");
        }
        String said = ending.getDescription() == null ? "" : ": " + Printable.of(ending.getDescription());
        Throwable cause = ending.getCause();
        String why = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return new IOException(ending.getCode() + said + why, cause);
    }
}
