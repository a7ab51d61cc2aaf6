package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open watch: a queue of what is to be sent, and the thread that sends it as chunks.
 *
 * <p>Everything goes through the queue, faults too, so a test knows what a client saw before. It ends when its time is
 * up, when told to, or when its connection is closed.
 *
 * <p>Shared: safe from any thread; only {@link #run} writes.
 */
final class WatchStream implements Runnable {

    /** What waits to be sent. */
    private sealed interface Item {
        record Event(StoredEvent event) implements Item {}

        record Bookmark(long version) implements Item {}

        record Bytes(byte[] bytes) implements Item {}

        record Repeat() implements Item {}

        record End(Ending ending) implements Item {}
    }

    private static final byte[] FINAL_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final WatchSpec spec;
    private final Cluster cluster;
    private final OutputStream out;
    private final Consumer<Ending> onEnd;
    private volatile boolean clean;
    private boolean described;
    private byte @Nullable [] last;

    /** The callback runs once, on the writing thread, when nothing more will be written. */
    WatchStream(WatchSpec spec, Cluster cluster, OutputStream out, Consumer<Ending> onEnd) {
        this.spec = spec;
        this.cluster = cluster;
        this.out = out;
        this.onEnd = onEnd;
    }

    ApiResource resource() {
        return spec.resource();
    }

    void event(StoredEvent event) {
        queue.add(new Item.Event(event));
    }

    /** Queues a bookmark, if this watch asked for them. */
    void bookmark(long version) {
        if (spec.bookmarks()) {
            queue.add(new Item.Bookmark(version));
        }
    }

    void raw(String text) {
        queue.add(new Item.Bytes(text.getBytes(StandardCharsets.UTF_8)));
    }

    void repeat() {
        queue.add(new Item.Repeat());
    }

    void end(Ending ending) {
        queue.add(new Item.End(ending));
    }

    /** Waits for the end; true when the connection can be used again. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS) && clean;
    }

    boolean isOpen() {
        return ended.getCount() > 0;
    }

    /** Ends it because its connection is gone, even in the middle of a stall. */
    void abandon() {
        cluster.watches().remove(this);
        end(Ending.CLOSE);
    }

    @Override
    public void run() {
        Ending ending = Ending.CLOSE;
        try {
            ending = send();
            if (ending == Ending.CLEAN) {
                out.write(FINAL_CHUNK);
                out.flush();
                clean = true;
            }
        } catch (IOException e) {
            // The client has gone: an ordinary end of a watch.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            cluster.watches().remove(this);
            onEnd.accept(ending);
            ended.countDown();
        }
    }

    private Ending send() throws IOException, InterruptedException {
        long end = System.nanoTime() + spec.timeout().toNanos();
        long nextBookmark = System.nanoTime() + spec.bookmarkEvery().toNanos();
        cluster.watches().pass(this);
        out.write(HttpResponse.chunked().head(true));
        out.flush();
        while (true) {
            Item item = queue.poll(Math.min(end, nextBookmark) - System.nanoTime(), TimeUnit.NANOSECONDS);
            cluster.watches().pass(this);
            if (item instanceof Item.End asked) {
                return asked.ending();
            }
            if (item != null) {
                send(item);
            } else if (System.nanoTime() - end >= 0) {
                cluster.store().atVersion(this::bookmark);
                end(Ending.CLEAN);
                end += spec.timeout().toNanos() + TimeUnit.HOURS.toNanos(1);
            } else {
                cluster.store().atVersion(this::bookmark);
                nextBookmark = System.nanoTime() + spec.bookmarkEvery().toNanos();
            }
        }
    }

    private void send(Item item) throws IOException {
        if (item instanceof Item.Event event && !cluster.faults().swallows(resource())) {
            Selection.Seen seen = spec.selection().seen(event.event());
            if (seen != null) {
                last = line(seen.type(), seen.object());
                chunk(last);
                cluster.deliveries().told(resource(), event.event().version());
            }
        } else if (item instanceof Item.Bookmark bookmark && !cluster.faults().bookmarksStopped()) {
            chunk(line("BOOKMARK", spec.bookmark(bookmark.version())));
        } else if (item instanceof Item.Bytes bytes) {
            chunk(bytes.bytes());
        } else if (item instanceof Item.Repeat && last != null) {
            chunk(last);
        }
    }

    private byte[] line(String type, ObjectNode object) {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", spec.shown(object, !described));
        described = true;
        return (event + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void chunk(byte[] bytes) throws IOException {
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes);
        out.write(LINE_END);
        out.flush();
    }
}
