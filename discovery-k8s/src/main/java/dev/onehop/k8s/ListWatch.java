package dev.onehop.k8s;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two calls a {@link Reflector} makes to the API server, for one selection of one resource. Both return at once and
 * answer later, on any thread.
 *
 * <p>Shared: safe from any thread.
 */
interface ListWatch<T> {

    /** Asks for one page; a null token is the first, without a resourceVersion: the most recent state. */
    Call list(@Nullable String continueToken, ListSink<T> sink);

    /** Follows changes after {@code resourceVersion}, with bookmarks, for about {@code timeoutSeconds}. */
    Call watch(String resourceVersion, int timeoutSeconds, WatchSink<T> sink);

    /** A call under way. */
    interface Call {
        /** Ends the call and its connection; its sink may still hear an answer that was on its way. Idempotent. */
        void cancel();
    }

    /** Hears one list: bytes any number of times, then exactly one of the others. */
    interface ListSink<T> {
        void bytes();

        void page(ListPage<T> page);

        void failed(Trouble trouble);
    }

    /** Hears one watch: opened at most once and first, then changes any number of times, then the end once. */
    interface WatchSink<T> {
        /** The server has accepted the watch. */
        void opened();

        /**
         * Bytes have arrived, and these changes were complete in them, perhaps none.
         *
         * @param more to be run when they are done with; nothing more is read before
         */
        void changes(List<Change<T>> changes, Runnable more);

        /** The watch is over: cleanly (null) or because of this. */
        void ended(@Nullable Trouble trouble);
    }
}
