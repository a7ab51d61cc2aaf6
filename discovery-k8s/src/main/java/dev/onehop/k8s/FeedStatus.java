package dev.onehop.k8s;

import dev.onehop.service.ServiceKey;
import java.util.List;

/**
 * How the view of one followed Service stands.
 *
 * <p>Immutable.
 *
 * @param service which
 * @param view {@code Unknown}, {@code Live} or {@code Stale}
 * @param subscribers how many follow it
 * @param resources one entry per resource read for it
 */
public record FeedStatus(ServiceKey service, String view, int subscribers, List<ReflectorStatus> resources) {

    public FeedStatus {
        resources = List.copyOf(resources);
    }
}
