package dev.onehop;

import dev.onehop.health.HardEvidenceLinearizability;
import dev.onehop.health.SuspicionLinearizability;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Whether what several threads do to core's records comes out as if they had done it one by one: a hundred scenarios of
 * three threads with three operations each, by real threads, and by switching at every access to shared memory. Ends with
 * 1 when one does not, and tells the interleaving. The nested class of each is the specification.
 */
public final class Linearizability {

    private static final List<Class<?>> ALL = List.of(
            HardEvidenceLinearizability.class, SuspicionLinearizability.class, RetryBudgetLinearizability.class);
    private static final int SCENARIOS = 100;
    private static final int THREADS = 3;
    private static final int OPERATIONS = 3;
    private static final int STRESSED = 2_000;
    private static final int CHECKED = 500;

    private Linearizability() {}

    public static void main(String[] arguments) {
        String only = arguments.length == 0 ? "" : arguments[0];
        boolean passed = true;
        for (Class<?> shared : ALL) {
            passed &= !shared.getSimpleName().contains(only) || check(shared, shared.getDeclaredClasses()[0]);
        }
        System.out.println(passed ? "all linearizable" : "FAILED");
        System.exit(passed ? 0 : 1);
    }

    private static boolean check(Class<?> shared, Class<?> oneByOne) {
        return check(shared, "stress", new StressOptions().invocationsPerIteration(STRESSED), oneByOne)
                & check(
                        shared,
                        "model checking",
                        new ModelCheckingOptions().invocationsPerIteration(CHECKED),
                        oneByOne);
    }

    private static boolean check(Class<?> shared, String how, Options<?, ?> options, Class<?> oneByOne) {
        long began = System.nanoTime();
        String result = "linearizable";
        try {
            options.iterations(SCENARIOS)
                    .threads(THREADS)
                    .actorsPerThread(OPERATIONS)
                    .sequentialSpecification(oneByOne)
                    .check(shared);
        } catch (LincheckAssertionError found) {
            System.out.println(found.getMessage());
            result = "NOT LINEARIZABLE";
        }
        long seconds = (System.nanoTime() - began) / 1_000_000_000;
        System.out.println(shared.getSimpleName() + ", " + how + ": " + result + " (" + SCENARIOS + " scenarios, "
                + seconds + " s)");
        return result.equals("linearizable");
    }
}
