package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.route.Destination;
import dev.onehop.route.Route;
import dev.onehop.service.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log when a Service port changes between picked, refused and fallen back; never per request, and never
 * for a mere change of numbers.
 *
 * <p>Pure, apart from logging.
 */
final class SnapshotLog {

    private static final Logger log = LoggerFactory.getLogger(ServicePipeline.class);

    private SnapshotLog() {}

    static void changed(Destination destination, Eligible before, Eligible after) {
        Decision decision = after.decision();
        if (after.isLastResort() && !before.isLastResort()) {
            String route = after.route().map(Route::text).orElse("");
            log.warn("{}: connections go to endpoints that are not ready: {}", destination, Printable.of(route));
        } else if (before.isLastResort() && !after.isLastResort() && decision instanceof Decision.Pick) {
            log.info("{}: the last resort is over: {} eligible", destination, after.size());
        } else if (isSame(before.decision(), decision)) {
            log.debug("{}: {} eligible (were {})", destination, after.size(), before.size());
        } else if (decision instanceof Decision.ClusterIp fallback) {
            log.warn(
                    "{}: connections go to the ClusterIP: {}: {}",
                    destination,
                    fallback.reason(),
                    Printable.of(fallback.why()));
        } else if (decision instanceof Decision.Refuse refuse) {
            log.info("{}: connections are refused: {}: {}", destination, refuse.verdict(), Printable.of(refuse.why()));
        } else {
            log.info("{}: {} eligible (were {})", destination, after.size(), before.size());
        }
    }

    /** Whether two decisions differ in words and numbers only. */
    static boolean isSame(Decision before, Decision after) {
        return kind(before).equals(kind(after));
    }

    /** A decision without its words and numbers. */
    private static Object kind(Decision decision) {
        if (decision instanceof Decision.ClusterIp fallback) {
            return fallback.reason();
        }
        return decision instanceof Decision.Refuse refuse ? refuse.verdict() : decision.getClass();
    }
}
