package dev.onehop.http.okhttp;

import dev.onehop.Attempt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import okhttp3.Interceptor;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Knows how far the calls have come. Begins one again that found a pooled connection retired, before a byte of it was sent:
 * each time takes that connection out of the pool, so that another, or a new one, comes next. Does so too, once, for one
 * that its pod has done nothing with, where OkHttp does not by itself: on a connection just made it sees no other route.
 * Ends what a call that fails has left open, where an interceptor of the user's threw.
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
        private int refused;
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

    /**
     * Something of this thread's call is about to be sent.
     *
     * @return whether something was before
     */
    boolean sending() {
        Progress progress = here.get();
        boolean sentBefore = progress == null || progress.sent;
        if (progress != null) {
            progress.sent = true;
        }
        return sentBefore;
    }

    /** An exchange of this thread's call was answered. */
    void answered() {
        Progress progress = here.get();
        if (progress != null) {
            progress.refused = 0; // another may follow
        }
    }

    /**
     * What to throw for what an exchange of this thread's call has failed by: as if nothing had been sent where the pod has
     * done nothing with it.
     */
    IOException toThrow(IOException failure, boolean sentBefore) {
        Progress progress = here.get();
        boolean refused = Http2Ends.isRefused(failure);
        if (progress == null || (!refused && !Http2Ends.isTooLate(failure))) {
            return failure;
        }
        progress.sent = sentBefore;
        if (refused) {
            progress.refused++;
        }
        return progress.refused > 1 ? new RefusedAgain(failure) : failure;
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
            Response response = begunAgain(chain, progress);
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

    private static Response begunAgain(Chain chain, Progress progress) throws IOException {
        for (int begun = 1; ; begun++) {
            try {
                return chain.proceed(chain.request());
            } catch (RefusedAgain failure) {
                throw AsItWas.of(failure);
            } catch (IOException failure) {
                Upgrade upgrade = progress.upgrade;
                boolean retired = failure instanceof Retired || (upgrade != null && upgrade.wasTooLate());
                boolean mayBeginAgain = retired || mayBeSentAgain(chain, failure);
                if (!mayBeginAgain
                        || progress.sent
                        || begun == MOST
                        || chain.call().isCanceled()) {
                    throw failure;
                }
            }
        }
    }

    private static boolean mayBeSentAgain(Chain chain, IOException failure) {
        if (!chain.getRetryOnConnectionFailure()) {
            return false;
        }
        RequestBody body = chain.request().body();
        boolean repeatable = body == null || !(body.isOneShot() || body.isDuplex());
        return Http2Ends.isTooLate(failure) || (Http2Ends.isRefused(failure) && repeatable);
    }
}
