package dev.onehop.k8s;

import dev.onehop.service.ServiceDeclaration.Unreadable;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.service.ServiceView.Unknown;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log what a person should know of one Service's view: that it is lost, that it is back, that a Role is
 * missing. Once per change, and when it flaps at most once a minute above DEBUG.
 *
 * <p>Serial: touched only on the discovery's loop.
 */
final class FeedLog {

    private static final Logger log = LoggerFactory.getLogger(KubernetesDiscovery.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final ServiceKey service;
    private final SerialScheduler loop;
    private long lastLineNanos;
    private boolean silentBefore = true;
    private boolean lossTold;

    FeedLog(ServiceKey service, SerialScheduler loop) {
        this.service = service;
        this.loop = loop;
    }

    void changed(ServiceView before, ServiceView after) {
        if (after instanceof Unknown unknown) {
            warn("{}: nothing known of it: {}", unknown.why());
        } else if (after instanceof Stale stale && !(before instanceof Stale)) {
            lossTold = warn("{}: contact with the API server is lost, the last view stays: {}", stale.why());
        } else if (after instanceof Live live) {
            becameLive(before, live);
        }
    }

    private void becameLive(ServiceView before, Live live) {
        if (live.declaration() instanceof Unreadable unreadable && !wasUnreadable(before)) {
            warn("{}: the Service cannot be read, so only named ports can be routed: {}", unreadable.why());
        } else if (before instanceof Unknown) {
            log.info("{}: followed; {} slices", service, live.slices().size());
        } else if (before instanceof Stale && lossTold) {
            lossTold = false;
            log.info("{}: contact with the API server is back", service);
        }
    }

    private static boolean wasUnreadable(ServiceView view) {
        return view instanceof Known known && known.declaration() instanceof Unreadable;
    }

    private boolean warn(String format, String why) {
        long now = loop.nanoTime();
        if (!silentBefore && now - lastLineNanos < BETWEEN_LINES.toNanos()) {
            log.debug(format, service, why);
            return false;
        }
        silentBefore = false;
        lastLineNanos = now;
        log.warn(format, service, Objects.requireNonNull(why));
        return true;
    }
}
