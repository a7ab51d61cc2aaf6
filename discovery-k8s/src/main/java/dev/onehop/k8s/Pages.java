package dev.onehop.k8s;

import dev.onehop.k8s.ListWatch.Call;
import dev.onehop.k8s.ListWatch.ListSink;
import dev.onehop.time.SerialScheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One list, read page by page until it is whole; nobody sees a part of it.
 *
 * <p>Serial: touched only on its reflector's loop; answers hop there.
 */
final class Pages<T> implements Call {

    /** Hears how the list went, on the loop; nothing after {@link #cancel}. */
    interface Reader<T> {
        void bytes();

        void whole(ListPage<T> list);

        void failed(Trouble trouble);
    }

    private final ListWatch<T> source;
    private final SerialScheduler loop;
    private final Reader<T> reader;
    private final List<Item<T>> items = new ArrayList<>();
    private int useless;
    private boolean over;
    private @Nullable Call call;

    private Pages(ListWatch<T> source, SerialScheduler loop, Reader<T> reader) {
        this.source = source;
        this.loop = loop;
        this.reader = reader;
    }

    static <T> Pages<T> read(ListWatch<T> source, SerialScheduler loop, Reader<T> reader) {
        var pages = new Pages<>(source, loop, reader);
        pages.next(null);
        return pages;
    }

    @Override
    public void cancel() {
        over = true;
        if (call != null) {
            call.cancel();
        }
    }

    private void next(@Nullable String continueToken) {
        call = source.list(continueToken, new ListSink<>() {
            @Override
            public void bytes() {
                onLoop(reader::bytes);
            }

            @Override
            public void page(ListPage<T> page) {
                onLoop(() -> add(page));
            }

            @Override
            public void failed(Trouble trouble) {
                onLoop(() -> end(ended -> ended.failed(trouble)));
            }
        });
    }

    private void add(ListPage<T> page) {
        items.addAll(page.items());
        useless += page.useless();
        reader.bytes();
        if (page.continueToken().isEmpty()) {
            end(ended -> ended.whole(new ListPage<>(page.resourceVersion(), "", items, useless)));
        } else {
            next(page.continueToken());
        }
    }

    private void end(Consumer<Reader<T>> ending) {
        over = true;
        ending.accept(reader);
    }

    private void onLoop(Runnable task) {
        loop.execute(() -> {
            if (!over) {
                task.run();
            }
        });
    }
}
