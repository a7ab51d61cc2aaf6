package dev.onehop.examples.quickstart;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * One run of the program within this process.
 *
 * <p>Immutable.
 */
record Run(int code, String out, String err) {

    static Run of(String... arguments) {
        return sabotaged(cluster -> {}, arguments);
    }

    static Run sabotaged(Consumer<SmallCluster> sabotage, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Quickstart.run(print(out), print(err), new StopSignal(), sabotage, arguments);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    List<String> lines() {
        return out.lines().toList();
    }

    String all() {
        return out + err;
    }

    /** The names of threads with these prefixes that are still there after 5 s. */
    static List<String> threadsThatStay(String... prefixes) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        List<String> alive = alive(prefixes);
        while (!alive.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
            alive = alive(prefixes);
        }
        return alive;
    }

    private static List<String> alive(String... prefixes) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> Arrays.stream(prefixes).anyMatch(name::startsWith))
                .sorted()
                .toList();
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
