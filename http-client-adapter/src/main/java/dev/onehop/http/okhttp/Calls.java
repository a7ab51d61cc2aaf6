package dev.onehop.http.okhttp;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Begins a call again that found a pooled connection retired, before a byte of it was sent. Each time takes that connection
 * out of the pool, so that another, or a new one, comes next.
 *
 * <p>Shared: safe from any thread.
 */
final class RetiredConnections implements Interceptor {

    /** More than one in a row is rare: idle ones are closed as they are retired. */
    private static final int MOST = 16;

    @SuppressWarnings("ThreadLocalUsage") // of one client's calls, and gone with the call
    private final ThreadLocal<@Nullable Progress> here = new ThreadLocal<>();

    /** How far the call has come that this thread is busy with. */
    private static final class Progress {
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

    @Override
    public Response intercept(Chain chain) throws IOException {
        Progress outer = here.get(); // of a call within an interceptor of another
        var progress = new Progress();
        here.set(progress);
        try {
            for (int begun = 1; ; begun++) {
                try {
                    return chain.proceed(chain.request());
                } catch (Retired retired) {
                    if (progress.sent || begun == MOST || chain.call().isCanceled()) {
                        throw retired;
                    }
                }
            }
        } finally {
            if (outer == null) {
                here.remove();
            } else {
                here.set(outer);
            }
        }
    }
}
