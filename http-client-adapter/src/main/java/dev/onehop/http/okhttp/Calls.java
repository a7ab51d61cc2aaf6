package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Knows how far the calls have come. Begins one again that found a pooled connection retired, before a byte of it was sent:
 * each time takes that connection out of the pool, so that another, or a new one, comes next. Ends what a call that fails
 * has left open, where an interceptor of the user's threw.
 *
 * <p>Shared: safe from any thread.
 */
final class Calls implements Interceptor {

    /** More than one in a row is rare: idle ones are closed as they are retired. */
    private static final int MOST = 16;

    @SuppressWarnings("ThreadLocalUsage") // of one client's calls, and gone with the call
    private final ThreadLocal<@Nullable Progress> here = new ThreadLocal<>();

    private final TlsLayers layers;

    Calls(TlsLayers layers) {
        this.layers = layers;
    }

    /** How far the call has come that this thread is busy with. */
    private static final class Progress {
        private final List<PodExchange> begun = new ArrayList<>(1);
        private @Nullable Upgrade upgrade;
        private boolean sent;
    }

    /** That a connection is retired: nothing was sent on it. */
    static final class Retired extends IOException {
        private static final long serialVersionUID = 1L;

        Retired(String what) {
            super("the connection is retired: " + what);
        }
    }

    /** Whether none of this thread's call was sent, not by an earlier hop either. */
    boolean mayBeginAgain() {
        Progress progress = here.get();
        return progress != null && !progress.sent;
    }

    /** Something of this thread's call is about to be sent. */
    void sending() {
        Progress progress = here.get();
        if (progress != null) {
            progress.sent = true;
        }
    }

    /** What this thread's call has begun on its connection for an upgrade, to be ended by the caller. */
    Optional<Attempt> upgrading() {
        Progress progress = here.get();
        Upgrade upgrade = progress == null ? null : progress.upgrade;
        return upgrade == null ? Optional.empty() : upgrade.handOver();
    }

    /** An exchange of this thread's call is under way. */
    void begun(PodExchange exchange) {
        Progress progress = here.get();
        if (progress != null) {
            progress.begun.add(exchange);
        }
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Progress outer = here.get(); // of a call within an interceptor of another
        var progress = new Progress();
        here.set(progress);
        if (Upgrade.isAskedBy(chain.request())) {
            var upgrade = new Upgrade(layers);
            progress.upgrade = upgrade;
            chain.call().addEventListener(upgrade);
        }
        boolean answered = false;
        try {
            Response response = answered(chain, progress);
            answered = true;
            return response;
        } finally {
            if (!answered) {
                progress.begun.forEach(PodExchange::letGo);
            }
            if (outer == null) {
                here.remove();
            } else {
                here.set(outer);
            }
        }
    }

    private static Response answered(Chain chain, Progress progress) throws IOException {
        for (int begun = 1; ; begun++) {
            try {
                return chain.proceed(chain.request());
            } catch (IOException failure) {
                Upgrade upgrade = progress.upgrade;
                boolean retired = failure instanceof Retired || (upgrade != null && upgrade.wasTooLate());
                if (!retired || progress.sent || begun == MOST || chain.call().isCanceled()) {
                    throw failure;
                }
            }
        }
    }
}
