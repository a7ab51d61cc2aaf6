package dev.onehop.health;

import dev.onehop.route.BackendKey;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/**
 * Suspicion of a backend and the connections that end it, of several threads: as if one by one. Only the suspicion: a
 * connection ends it and the streak of failures in two steps, between which others may see one without the other. That
 * is meant: each is right by itself, and nothing reads both.
 */
@Param(name = "seconds", gen = IntGen.class, conf = "0:3")
public class SuspicionLinearizability {

    private static final long SECOND = 1_000_000_000;

    private final Backend backend = new Backend(
            new RoutedEndpoint(
                    new BackendKey("uid", IpAddress.parse("10.244.0.16"), 8080),
                    Endpoint.builder("10.244.0.16").build(),
                    "api-1",
                    false),
            "api.shop",
            new MonotonicClock(() -> 0));

    /** Suspect for one second. */
    @Operation
    public void suspect(@Param(name = "seconds") int now) {
        backend.suspect(now * SECOND, 0);
    }

    @Operation
    public boolean isSuspect(@Param(name = "seconds") int now) {
        return backend.isSuspect(now * SECOND);
    }

    @Operation
    public void connected() {
        backend.connected();
    }

    /** One second from the last suspicion, unless a connection came after it. */
    public static class OneByOne {
        private int until;

        public void suspect(int now) {
            until = now + 1;
        }

        public boolean isSuspect(int now) {
            return now < until;
        }

        public void connected() {
            until = 0;
        }
    }
}
