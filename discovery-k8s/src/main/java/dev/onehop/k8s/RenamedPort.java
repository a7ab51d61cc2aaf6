package dev.onehop.k8s;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import java.time.Duration;

/**
 * Whether a port of a Service has just lost all its ready endpoints while the slices list ready ones under other names:
 * a port was renamed, and of Service and slices only one has been told yet (C-22). kube-proxy syncs at most once a
 * second and mostly never sees that; we wait for the other half as long as it would, then say what is so (R11).
 *
 * <p>Serial: touched only on the discovery's loop, time as an argument.
 */
final class RenamedPort {

    static final Duration PATIENCE = Duration.ofSeconds(1);

    private long untilNanos;
    private boolean waiting;

    /** Whether {@code after} should not be told yet. */
    boolean waits(ServiceView before, ServiceView after, long nowNanos) {
        boolean loses = before instanceof Live was && after instanceof Live is && losesPort(was, is);
        if (loses && !waiting) {
            untilNanos = nowNanos + PATIENCE.toNanos();
        }
        waiting = loses;
        return loses && nowNanos - untilNanos < 0;
    }

    /** How long it waits at most from now on. */
    Duration left(long nowNanos) {
        return Duration.ofNanos(untilNanos - nowNanos);
    }

    private static boolean losesPort(Live before, Live after) {
        if (!(before.declaration() instanceof Present was) || !(after.declaration() instanceof Present is)) {
            return false;
        }
        boolean anyReady = after.slices().stream().anyMatch(RenamedPort::hasReady);
        return anyReady
                && is.service().ports().stream()
                        .anyMatch(port -> !hasReady(after, port)
                                && was.service().ports().stream()
                                        .anyMatch(old -> old.port() == port.port()
                                                && old.protocol() == port.protocol()
                                                && hasReady(before, old)));
    }

    private static boolean hasReady(Live view, ServicePort port) {
        return view.slices().stream()
                .anyMatch(slice -> hasReady(slice)
                        && slice.ports().stream()
                                .anyMatch(
                                        each -> each.name().equals(port.name()) && each.protocol() == port.protocol()));
    }

    private static boolean hasReady(EndpointSlice slice) {
        return slice.endpoints().stream().anyMatch(Endpoint::isReady);
    }
}
