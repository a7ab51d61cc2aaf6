package dev.onehop.k8s.chaos;

import dev.onehop.k8s.fake.Ending;
import dev.onehop.k8s.fake.FakeApiServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * An API server that fails at random, one way at a time, with pauses.
 *
 * <p>Not thread-safe.
 */
final class ApiFaults {

    private static final long SHORTEST_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 12_000;
    private static final String SLICES = "endpointslices";

    enum Fault {
        DOWN,
        GONE,
        STALLS,
        GARBAGE,
        SLOW,
        ANSWERS_503,
        WATCH_ENDS
    }

    private final FakeApiServer server;
    private final SplittableRandom random;
    private final Map<Fault, Integer> did = new EnumMap<>(Fault.class);
    private final List<Fault> deck = new ArrayList<>();
    private boolean failing;
    private long untilNanos;

    ApiFaults(FakeApiServer server, SplittableRandom random) {
        this.server = server;
        this.random = random;
        this.untilNanos = System.nanoTime() + pause();
    }

    /** How often each fault was made. */
    Map<Fault, Integer> did() {
        return did;
    }

    /** What happens next, several times a second. */
    void step() {
        if (untilNanos - System.nanoTime() > 0) {
            return;
        }
        untilNanos = System.nanoTime() + pause();
        if (failing) {
            end();
        } else {
            failing = true;
            begin(next());
        }
    }

    /** All is well again. */
    void end() {
        failing = false;
        server.faults().clear();
        server.up();
    }

    /** Each once, in an order that chance gives, and again. */
    private Fault next() {
        if (deck.isEmpty()) {
            deck.addAll(List.of(Fault.values()));
        }
        return deck.remove(random.nextInt(deck.size()));
    }

    private void begin(Fault fault) {
        did.merge(fault, 1, Integer::sum);
        switch (fault) {
            case DOWN -> server.down();
            case GONE -> {
                server.faults().expireHistory();
                server.faults().endWatches(SLICES, Ending.CLOSE);
            }
            case STALLS -> server.faults().stallWatches();
            case GARBAGE -> server.faults().writeToWatches(SLICES, "{\"type\":\"MODIFIED\",\"object\":{nonsense\n");
            case SLOW -> {
                server.faults().on(null, null).slowly(Duration.ofNanos(300_000));
                server.faults().endWatches(SLICES, Ending.RESET);
            }
            case ANSWERS_503 -> {
                server.faults().on(null, null).fail(503);
                server.faults().endWatches(SLICES, Ending.RESET);
            }
            case WATCH_ENDS -> server.faults().endWatches(SLICES, Ending.CLEAN);
        }
    }

    private long pause() {
        return Duration.ofMillis(random.nextLong(SHORTEST_MILLIS, LONGEST_MILLIS))
                .toNanos();
    }
}
