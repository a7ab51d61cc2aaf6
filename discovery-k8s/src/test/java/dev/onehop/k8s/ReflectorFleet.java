package dev.onehop.k8s;

import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * As many reflectors as asked for, all watching at first, and a server that answers their calls as it is told.
 *
 * <p>Serial: one test thread.
 */
final class ReflectorFleet {

    static final Duration TICK = Duration.ofMillis(100);

    final ManualTime time = new ManualTime();
    final List<ScriptedSource> sources = new ArrayList<>();
    final List<Reflector<String>> reflectors = new ArrayList<>();
    private final int[] answered;

    ReflectorFleet(int size, boolean sharing, long seed) {
        answered = new int[size];
        var random = new Random(seed);
        var server = new Reachability(time, random);
        for (int i = 0; i < size; i++) {
            var source = new ScriptedSource(time);
            Reachability known = sharing ? server : new Reachability(time, random);
            var reflector = new Reflector<String>(source, time, random, known, snapshot -> {});
            sources.add(source);
            reflectors.add(reflector);
            reflector.start();
            well(source.last());
            well(source.last());
            answered[i] = source.asked.size();
        }
    }

    /** All connections break, and for so long every call is answered so. */
    void away(Duration forSoLong, Duration step, Trouble trouble) {
        sources.forEach(source -> source.last().fail(trouble));
        pass(forSoLong, step, (client, call) -> call.fail(trouble));
    }

    void pass(Duration forSoLong, Duration step, BiConsumer<Integer, ScriptedSource.Asked> server) {
        for (long steps = forSoLong.dividedBy(step); steps > 0; steps--) {
            time.advance(step);
            answer(server);
        }
    }

    private void answer(BiConsumer<Integer, ScriptedSource.Asked> server) {
        for (int client = 0; client < answered.length; client++) {
            List<ScriptedSource.Asked> asked = sources.get(client).asked;
            for (; answered[client] < asked.size(); answered[client]++) {
                if (!asked.get(answered[client]).cancelled) {
                    server.accept(client, asked.get(answered[client]));
                }
            }
        }
    }

    static void well(ScriptedSource.Asked call) {
        if (call.list == null) {
            call.open();
        } else {
            call.answer("100", new Item<>("a", "uid-a", "90", "A"));
        }
    }

    int asked() {
        return sources.stream().mapToInt(source -> source.asked.size()).sum();
    }

    /** In which tick each was in contact, from the return of a server that answers all. */
    int[] returns() {
        var ticks = new int[answered.length];
        for (int tick = 1; tick <= 320; tick++) {
            int now = tick;
            pass(TICK, TICK, (client, call) -> {
                well(call);
                ticks[client] = ticks[client] == 0 ? now : ticks[client];
            });
        }
        return ticks;
    }
}
