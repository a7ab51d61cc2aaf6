package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket at a pod. Its attempt lasts as long as the conversation, so that the pod's load is known: until either side has
 * closed it, or it has broken. As far as that is known: the JDK reads only what its caller asks for.
 *
 * <p>Shared: safe from any thread, as the JDK's own.
 */
final class PodWebSocket implements WebSocket {

    /** What the JDK says where a connection ends without a word (RFC 6455 7.1.5). */
    private static final int CLOSED_ABNORMALLY = 1006;

    private final WebSocket own;
    private final Attempt attempt;

    private PodWebSocket(WebSocket own, Attempt attempt) {
        this.own = own;
        this.attempt = attempt;
        attempt.connected();
    }

    /**
     * The caller's listener, who sees the caller's WebSocket.
     *
     * <p>Its callbacks follow one another; the opening may come in between.
     */
    static final class Conversation implements Listener {

        private final Attempt attempt;
        private final Listener listener;
        private @Nullable PodWebSocket opened;

        Conversation(Attempt attempt, Listener listener) {
            this.attempt = attempt;
            this.listener = listener;
        }

        /** The caller's; the future's and the listener's is one and the same. */
        synchronized WebSocket of(WebSocket own) {
            PodWebSocket same = opened == null ? new PodWebSocket(own, attempt) : opened;
            opened = same;
            return same;
        }

        @Override
        public void onOpen(WebSocket own) {
            listener.onOpen(of(own));
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket own, CharSequence data, boolean last) {
            return listener.onText(of(own), data, last);
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket own, ByteBuffer data, boolean last) {
            return listener.onBinary(of(own), data, last);
        }

        @Override
        public @Nullable CompletionStage<?> onPing(WebSocket own, ByteBuffer message) {
            return listener.onPing(of(own), message);
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket own, ByteBuffer message) {
            return listener.onPong(of(own), message);
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket own, int status, String reason) {
            if (status == CLOSED_ABNORMALLY) {
                attempt.close(); // pods end like this, and so do idle connections: nothing is learnt
            } else {
                attempt.succeeded();
            }
            return listener.onClose(of(own), status, reason);
        }

        /** The network's failures are IOExceptions; others are the listener's own. */
        @Override
        public void onError(WebSocket own, Throwable failure) {
            if (failure instanceof IOException) {
                attempt.failed(failure);
            } else {
                attempt.close();
            }
            listener.onError(of(own), failure);
        }
    }

    @Override
    public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
        return mine(own.sendText(data, last));
    }

    @Override
    public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
        return mine(own.sendBinary(data, last));
    }

    @Override
    public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
        return mine(own.sendPing(message));
    }

    @Override
    public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
        return mine(own.sendPong(message));
    }

    /** Ends the attempt once it is sent: its caller may never ask for the pod's answer. */
    @Override
    public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
        return own.sendClose(statusCode, reason).thenApply(sent -> {
            attempt.succeeded();
            return this;
        });
    }

    @Override
    public void request(long n) {
        own.request(n);
    }

    @Override
    public String getSubprotocol() {
        return own.getSubprotocol();
    }

    @Override
    public boolean isOutputClosed() {
        return own.isOutputClosed();
    }

    @Override
    public boolean isInputClosed() {
        return own.isInputClosed();
    }

    @Override
    public void abort() {
        own.abort();
        attempt.succeeded();
    }

    private CompletableFuture<WebSocket> mine(CompletableFuture<WebSocket> sent) {
        return sent.thenApply(same -> this);
    }

    /** The JDK's, which names the pod. */
    @Override
    public String toString() {
        return own.toString();
    }
}
