package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Printable;
import dev.onehop.service.ServiceDeclaration.Unreadable;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.service.ServiceView.Unknown;
import dev.onehop.time.SerialScheduler;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log what a person should know of one Service's view: that it is lost, that it is back, that a Role is
 * missing. Once per change; what flaps is told at most once a minute per kind of trouble, and what then still holds is
 * told when that minute is over.
 *
 * <p>Serial: touched only on the discovery's loop.
 */
final class FeedLog {

    private static final Logger log = LoggerFactory.getLogger(KubernetesDiscovery.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    /** What a person acts on in one way: lines of one topic are a minute apart. */
    private record Topic(Class<?> view, Condition.Kind trouble) {}

    private record Line(Topic topic, String format, String why) {}

    private final ServiceKey service;
    private final SerialScheduler loop;
    private final Map<Topic, Long> toldNanos = new HashMap<>();
    private @Nullable Topic present;
    private @Nullable Line untold;
    private @Nullable Cancellable endOfMinute;
    private boolean lossTold;

    FeedLog(ServiceKey service, SerialScheduler loop) {
        this.service = service;
        this.loop = loop;
    }

    /** @param trouble what stands between us and a live view */
    void changed(ServiceView before, ServiceView after, Condition.Kind trouble) {
        var topic = new Topic(after.getClass(), trouble);
        boolean sameTopic = topic.equals(present);
        present = topic;
        if (after instanceof Unknown unknown) {
            warn(new Line(topic, "{}: nothing known of it: {}", unknown.why()));
        } else if (after instanceof Stale stale && (!sameTopic || untold != null)) {
            warn(new Line(
                    topic, "{}: contact with the API server is lost, the last view stays: {}", why(stale, trouble)));
        } else if (after instanceof Live live) {
            forget();
            becameLive(topic, before, live);
        }
    }

    /** A whole list said that nobody is left. */
    void emptied(int kept, Duration hold) {
        log.warn(
                "{}: a list says there are no endpoints any more; the {} there were stay for {} s, in case the control "
                        + "plane is wrong",
                service,
                kept,
                hold.toSeconds());
    }

    /** More is listed than we keep. */
    void limited(List<EndpointSlice> listed) {
        log.warn(
                "{}: {} slices with {} endpoints; only the first {} slices by name and their first {} endpoints are used",
                service,
                listed.size(),
                EndpointLimit.endpoints(listed),
                EndpointLimit.SLICES,
                EndpointLimit.ENDPOINTS);
    }

    /** Some of what is listed is not used because of whom it belongs to. */
    void foreign(int endpoints, String slice) {
        log.warn(
                "{}: {} endpoints are not used, the first in the slice {}: its {} is none of those allowed, or they are "
                        + "pods of another namespace (strictSlices)",
                service,
                endpoints,
                Printable.of(slice),
                SliceTrust.MANAGED_BY);
    }

    void close() {
        forget();
    }

    private void becameLive(Topic topic, ServiceView before, Live live) {
        if (live.declaration() instanceof Unreadable unreadable && !wasUnreadable(before)) {
            warn(new Line(
                    topic, "{}: the Service cannot be read, so only named ports can be routed: {}", unreadable.why()));
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

    private String why(Stale stale, Condition.Kind trouble) {
        return trouble == Condition.Kind.FORBIDDEN
                ? MissingRole.explain(service.namespace(), stale.why())
                : stale.why();
    }

    private void warn(Line line) {
        forget();
        Long told = toldNanos.get(line.topic());
        Duration since = told == null ? BETWEEN_LINES : Duration.ofNanos(loop.nanoTime() - told);
        if (since.compareTo(BETWEEN_LINES) >= 0) {
            tell(line);
            return;
        }
        log.debug(line.format(), service, line.why());
        untold = line;
        endOfMinute = loop.schedule(BETWEEN_LINES.minus(since), () -> {
            forget();
            tell(line);
        });
    }

    private void tell(Line line) {
        toldNanos.put(line.topic(), loop.nanoTime());
        lossTold |= line.topic().view().equals(Stale.class);
        log.warn(line.format(), service, line.why());
    }

    private void forget() {
        untold = null;
        if (endOfMinute != null) {
            endOfMinute.cancel();
            endOfMinute = null;
        }
    }
}
