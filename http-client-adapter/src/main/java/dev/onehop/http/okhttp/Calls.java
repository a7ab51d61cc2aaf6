package dev.onehop.http.okhttp;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
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

    /** The call that a thread is busy with. Calls come and go in one place per thread, which is cheaper than a place each. */
    @SuppressWarnings("ThreadLocalUsage") // of one client's calls
    private final ThreadLocal<AtomicReference<@Nullable Progress>> here = ThreadLocal.withInitial(AtomicReference::new);

    private final TlsLayers layers;

    Calls(TlsLayers layers) {
        this.layers = layers;
    }

    /** That a connection is retired: nothing was sent on it. */
    static final class Retired extends IOException {
        private static final long serialVersionUID = 1L;

        Retired(String what) {
            super("the connection is retired: " + what);
        }
    }

    /** How far this thread's call has come. */
    Progress progress() {
        Progress progress = here.get().getPlain();
        return progress == null ? Progress.unknown() : progress;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        var place = here.get();
        Progress outer = place.getPlain(); // of a call within an interceptor of another
        var progress = new Progress(Upgrade.isAskedBy(chain.request()) ? upgrade(chain) : null);
        place.setPlain(progress);
        boolean answered = false;
        try {
            Response response = begunAgain(ClientsTls.over(chain, layers), progress);
            answered = true;
            return response;
        } finally {
            if (!answered) {
                progress.letGo();
            }
            place.setPlain(outer);
        }
    }

    private Upgrade upgrade(Chain chain) {
        var upgrade = new Upgrade(layers);
        chain.call().addEventListener(upgrade);
        return upgrade;
    }

    private static Response begunAgain(Chain chain, Progress progress) throws IOException {
        for (int begun = 1; ; begun++) {
            try {
                return chain.proceed(chain.request());
            } catch (RefusedAgain failure) {
                throw AsItWas.of(failure);
            } catch (IOException failure) {
                boolean retired = failure instanceof Retired || progress.wasTooLate();
                boolean mayBeginAgain = retired || mayBeSentAgain(chain, failure);
                if (!mayBeginAgain
                        || progress.isSent()
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
