package dev.onehop.service;

import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What holds for every input, whatever it is read as.
 *
 * <p>Pure functions.
 */
public final class Fuzzed {

    private static final long LONGEST_NANOS = 1_000_000_000;

    private Fuzzed() {}

    /**
     * Runs {@code reading}, which may take a second of this thread's time: others on this machine do not count, and neither
     * do classes that are loaded on the way, for what takes too long is run again.
     */
    public static void within1Second(Runnable reading) {
        long nanos = timed(reading);
        if (nanos > LONGEST_NANOS) {
            nanos = timed(reading);
        }
        must(nanos <= LONGEST_NANOS, "took %d ms", nanos / 1_000_000);
    }

    private static long timed(Runnable reading) {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        reading.run();
        return threads.getCurrentThreadCpuTime() - before;
    }

    /** Routes every port of a Service that is there; routing has no exceptions of its own. */
    public static void route(ServiceKey key, ServiceView view) {
        if (view instanceof ServiceView.Known known
                && known.declaration() instanceof ServiceDeclaration.Present present) {
            for (ServicePort port : present.service().ports()) {
                Destination destination = new Destination(key, new PortRef.Named(port.name()), port.protocol(), null);
                Route route = Route.of(
                        destination, present, known.slices(), ClientLocation.unknown(), AddressPolicy.strict());
                must(!route.text().isBlank(), "a route without words");
            }
        }
    }

    /** Fails where {@code holds} is false. */
    public static void must(boolean holds, String otherwise, Object... values) {
        if (!holds) {
            throw new AssertionError(String.format(Locale.ROOT, otherwise, values));
        }
    }
}
