package dev.onehop.k8s;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists and watches one selection over HTTP.
 *
 * <p>Shared: safe from any thread.
 */
final class HttpListWatch<T> implements ListWatch<T> {

    private static final int LONGEST_LINE = 16 * 1024 * 1024;
    private static final int LONGEST_PAGE = 64 * 1024 * 1024;
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration WATCH_GRACE = Duration.ofSeconds(40);

    private final ApiConnection api;
    private final Selection selection;
    private final ApiJson<T> json;

    HttpListWatch(ApiConnection api, Selection selection, ApiJson<T> json) {
        this.api = api;
        this.selection = selection;
        this.json = json;
    }

    @Override
    public Call list(@Nullable String continueToken, ListSink<T> sink) {
        var page = new ByteArrayOutputStream();
        return api.get(selection.list(continueToken), LIST_TIMEOUT, new HttpCall.Handler() {
            @Override
            public void opened() {
                sink.bytes();
            }

            @Override
            public void bytes(List<ByteBuffer> bytes, Runnable more) throws IOException {
                for (ByteBuffer buffer : bytes) {
                    if (buffer.remaining() > LONGEST_PAGE - page.size()) {
                        throw TroubleException.garbled("a list of more than " + LONGEST_PAGE + " bytes");
                    }
                    var part = new byte[buffer.remaining()];
                    buffer.get(part);
                    page.write(part, 0, part.length);
                }
                sink.bytes();
                more.run();
            }

            @Override
            public void ended(@Nullable Trouble trouble, @Nullable Throwable cause) {
                if (trouble != null || cause != null) {
                    sink.failed(trouble(trouble, cause));
                    return;
                }
                ListPage<T> whole;
                try {
                    whole = json.page(new ByteArrayInputStream(page.toByteArray()));
                } catch (IOException noList) {
                    sink.failed(trouble(null, noList));
                    return;
                }
                sink.page(whole);
            }
        });
    }

    @Override
    public Call watch(String resourceVersion, int timeoutSeconds, WatchSink<T> sink) {
        var lines = new JsonLines(LONGEST_LINE);
        String path = selection.watch(resourceVersion, timeoutSeconds);
        // On JDKs whose timeout covers the body, too, it must be longer than the watch may last.
        Duration timeout = Duration.ofSeconds(timeoutSeconds).plus(WATCH_GRACE);
        return api.get(path, timeout, new HttpCall.Handler() {
            @Override
            public void opened() {
                sink.opened();
            }

            @Override
            public void bytes(List<ByteBuffer> bytes, Runnable more) throws IOException {
                var changes = new ArrayList<Change<T>>();
                try {
                    for (ByteBuffer buffer : bytes) {
                        lines.add(buffer, (line, length) -> changes.add(json.change(line, length)));
                    }
                } catch (IOException endsTheWatch) {
                    sink.changes(changes, () -> {});
                    throw endsTheWatch;
                }
                sink.changes(changes, more);
            }

            @Override
            public void ended(@Nullable Trouble trouble, @Nullable Throwable cause) {
                if (trouble != null || cause != null) {
                    sink.ended(trouble(trouble, cause));
                } else if (lines.isHalfway()) {
                    sink.ended(Trouble.of(Trouble.Kind.GARBLED, "the watch ended inside a line"));
                } else {
                    sink.ended(null);
                }
            }
        });
    }

    private static Trouble trouble(@Nullable Trouble trouble, @Nullable Throwable cause) {
        if (trouble != null) {
            return trouble;
        }
        return TroubleException.in(cause == null ? new EOFException("no answer") : cause);
    }
}
