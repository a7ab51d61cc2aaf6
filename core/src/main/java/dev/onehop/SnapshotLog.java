package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import org.slf4j.Logger;

/**
 * Says in the log when a Service port changes between picked, refused and fallen back; never per request, and never
 * for a mere change of numbers.
 *
 * <p>Pure, apart from logging.
 */
final class SnapshotLog {

    private SnapshotLog() {}

    static void changed(Logger log, Destination destination, Eligible before, Eligible after) {
        if (after.decision().equals(before.decision())) {
            log.debug("{}: {} eligible (were {})", destination, after.size(), before.size());
            return;
        }
        Decision decision = after.decision();
        if (decision instanceof Decision.Pick) {
            log.info("{}: {} eligible (were {})", destination, after.size(), before.size());
        } else if (decision instanceof Decision.ClusterIp fallback) {
            log.warn("{}: connections go to the ClusterIP: {}: {}", destination, fallback.reason(), fallback.why());
        } else if (decision instanceof Decision.Refuse refuse) {
            log.info("{}: connections are refused: {}: {}", destination, refuse.verdict(), refuse.why());
        }
    }
}
