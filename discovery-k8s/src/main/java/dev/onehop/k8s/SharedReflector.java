package dev.onehop.k8s;

import dev.onehop.time.SerialScheduler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Reflector} of a whole namespace, of which each follower hears the objects of its own Service. Begins with
 * the first follower and ends with the last.
 *
 * <p>Serial: touched only on the discovery's loop, except the accessors of its inputs.
 */
final class SharedReflector<T> {

    private final String resource;
    private final Function<T, String> serviceName;
    private final Reflector<T> reflector;
    private final SerialScheduler loop;
    private final Runnable onEnd;
    private final List<Follower> followers = new ArrayList<>();
    private Map<String, List<T>> byService = Map.of();
    private @Nullable Snapshot<T> last;

    SharedReflector(
            String resource,
            Function<T, String> serviceName,
            Function<Consumer<Snapshot<T>>, Reflector<T>> reflector,
            SerialScheduler loop,
            Runnable onEnd) {
        this.resource = resource;
        this.serviceName = serviceName;
        this.reflector = reflector.apply(this::deliver);
        this.loop = loop;
        this.onEnd = onEnd;
    }

    Input follow(String service, Consumer<Snapshot<T>> listener) {
        var follower = new Follower(service, listener);
        followers.add(follower);
        if (followers.size() == 1) {
            reflector.start();
        } else {
            loop.execute(() -> {
                Snapshot<T> present = last;
                if (present != null) {
                    follower.hear(present);
                }
            });
        }
        return follower;
    }

    private void deliver(Snapshot<T> snapshot) {
        last = snapshot;
        Map<String, List<T>> grouped = new HashMap<>();
        snapshot.objects()
                .forEach(object -> grouped.computeIfAbsent(serviceName.apply(object), any -> new ArrayList<>())
                        .add(object));
        byService = grouped;
        List.copyOf(followers).forEach(follower -> follower.hear(snapshot));
    }

    private final class Follower implements Input {
        private final String service;
        private final Consumer<Snapshot<T>> listener;

        private Follower(String service, Consumer<Snapshot<T>> listener) {
            this.service = service;
            this.listener = listener;
        }

        private void hear(Snapshot<T> all) {
            if (followers.contains(this)) {
                listener.accept(new Snapshot<>(
                        all.complete(),
                        byService.getOrDefault(service, List.of()),
                        all.condition(),
                        all.lastContactNanos(),
                        all.lists()));
            }
        }

        @Override
        public long lastContactNanos() {
            return reflector.lastContactNanos();
        }

        @Override
        public ReflectorStatus status() {
            return reflector.status(resource);
        }

        @Override
        public void resync() {
            if (!followers.isEmpty() && followers.get(0).equals(this)) {
                reflector.resync();
            }
        }

        @Override
        public void close() {
            if (followers.remove(this) && followers.isEmpty()) {
                reflector.close();
                onEnd.run();
            }
        }
    }
}
