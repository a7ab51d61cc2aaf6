package dev.onehop.http.vertx;

import dev.onehop.Balancer;
import dev.onehop.http.netty.dial.PodCall;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connect that may go on to another pod when its caller connects again. The failure of each dial tells which call it was
 * of, for Vert.x tells the caller nothing else.
 *
 * <p>Shared, as its super class.
 */
final class ConnectCall extends PodCall {

    private static final int MAX_CAUSES = 8;

    private final InetSocketAddress asked;

    ConnectCall(InetSocketAddress asked, Balancer balancer) {
        super(balancer);
        this.asked = asked;
    }

    /** Whether it is a connect to this. */
    boolean isTo(InetSocketAddress address) {
        return asked.equals(address);
    }

    @Override
    protected void failed(CompletableFuture<AutoCloseable> outcome, Throwable cause) {
        super.failed(outcome, cause);
        cause.addSuppressed(new Dialled(this));
    }

    /** The call that a connect failed of; null where it was none of ours, or nobody is left to dial. */
    static @Nullable ConnectCall of(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            for (Throwable each : cause.getSuppressed()) {
                if (each instanceof Dialled dialled) {
                    return dialled.call.isOver() ? null : dialled.call;
                }
            }
        }
        return null;
    }

    /** Says of a failure whose it is. */
    private static final class Dialled extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient ConnectCall call;

        Dialled(ConnectCall call) {
            super(
                    "dialled by Onehop for " + call.asked.getHostString() + ":" + call.asked.getPort(),
                    null,
                    false,
                    false);
            this.call = call;
        }
    }
}
