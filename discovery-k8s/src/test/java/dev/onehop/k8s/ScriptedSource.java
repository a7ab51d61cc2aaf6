package dev.onehop.k8s;

import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link ListWatch} whose answers a test gives one by one, with the time at which each call was made.
 *
 * <p>Serial: one test thread.
 */
final class ScriptedSource implements ListWatch<String> {

    /** One call, list or watch, and its sink. */
    final class Asked implements Call {
        final String what;
        final double seconds = (time.nanoTime() - began) / 1e9;
        final ListSink<String> list;
        final WatchSink<String> watch;
        final int timeoutSeconds;
        boolean cancelled;

        private Asked(String what, ListSink<String> list, WatchSink<String> watch, int timeoutSeconds) {
            this.what = what;
            this.list = list;
            this.watch = watch;
            this.timeoutSeconds = timeoutSeconds;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @SafeVarargs
        final void answer(String version, Item<String>... items) {
            var whole = new ArrayList<Item<String>>();
            for (Item<String> item : items) {
                whole.add(item);
            }
            page(version, "", whole);
        }

        void page(String version, String next, List<Item<String>> items) {
            list.page(new ListPage<>(version, next, items, 0));
            time.run();
        }

        void open() {
            watch.opened();
            time.run();
        }

        @SafeVarargs
        final void tell(Change<String>... changes) {
            var told = new ArrayList<Change<String>>();
            for (Change<String> change : changes) {
                told.add(change);
            }
            watch.changes(told, () -> {});
            time.run();
        }

        void end() {
            watch.ended(null);
            time.run();
        }

        void fail(int status) {
            fail(Trouble.ofStatus(status, "", Duration.ZERO));
        }

        void fail(Trouble trouble) {
            if (list == null) {
                watch.ended(trouble);
            } else {
                list.failed(trouble);
            }
            time.run();
        }

        @Override
        public String toString() {
            return what;
        }
    }

    final List<Asked> asked = new ArrayList<>();
    private final ManualTime time;
    private final long began;

    ScriptedSource(ManualTime time) {
        this.time = time;
        began = time.nanoTime();
    }

    Asked last() {
        return asked.get(asked.size() - 1);
    }

    List<String> calls() {
        return asked.stream().map(Asked::toString).toList();
    }

    @Override
    public Call list(String continueToken, ListSink<String> sink) {
        return add(new Asked(continueToken == null ? "list" : "list " + continueToken, sink, null, 0));
    }

    @Override
    public Call watch(String resourceVersion, int timeoutSeconds, WatchSink<String> sink) {
        return add(new Asked("watch " + resourceVersion, null, sink, timeoutSeconds));
    }

    private Asked add(Asked call) {
        asked.add(call);
        return call;
    }
}
