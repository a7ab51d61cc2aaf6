package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Makes an attempt of a call's upgrade and of all that follows on its connection. OkHttp asks no network interceptors for a
 * WebSocket, which may well begin on a pooled connection.
 *
 * <p>One call's: driven by its thread, and by whoever closes the connection.
 */
final class Upgrade extends EventListener {

    private final TlsLayers layers;
    private @Nullable Attempt begun;
    private volatile @Nullable PodExchange exchange;
    private boolean isTooLate;
    private boolean isOver;

    Upgrade(TlsLayers layers) {
        this.layers = layers;
    }

    /** Whether a request asks for one. */
    static boolean isAskedBy(Request request) {
        return request.header("Upgrade") != null;
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        PodSocket pod = layers.under(connection.socket());
        if (isOver || pod == null) {
            return;
        }
        Attempt taken = pod.begin();
        if (taken == null) {
            isTooLate = true;
            pod.closeRetired(); // before anything is sent
            return;
        }
        begun = taken;
        var now = new PodExchange(taken, call, connection, pod);
        exchange = now;
        pod.whenClosed(now::letGo);
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        PodExchange now = exchange;
        if (now != null) {
            now.answering(response);
        }
    }

    @Override
    public void requestFailed(Call call, IOException failure) {
        failed(failure);
    }

    @Override
    public void responseFailed(Call call, IOException failure) {
        failed(failure);
    }

    private void failed(IOException failure) {
        PodExchange now = exchange;
        if (now != null && !now.isAnswered()) {
            now.failed(failure);
        }
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        PodExchange now = exchange;
        exchange = null;
        if (now != null) {
            now.letGo();
        }
    }

    /** What was begun, to be ended by a network interceptor that is asked after all; this takes no further part then. */
    @Nullable Attempt handOver() {
        isOver = true;
        Attempt attempt = begun;
        begun = null;
        exchange = null;
        return attempt;
    }

    /** Whether the call failed since its connection was retired by the time that it was taken; asked once each time. */
    boolean wasTooLate() {
        boolean was = isTooLate;
        isTooLate = false;
        return was;
    }
}
