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
 * @param keptEndpoints endpoints still used that the API server no longer lists: for a quarter of a second, or for five
 *     seconds after a list said that there are none at all; for ten minutes where {@link EmptyLists} says so
 * @param emptyLists how often such a list came while there were endpoints
 * @param foreignEndpoints endpoints that are listed and not used, because of whom they or their slices belong to: see
 *     {@link KubernetesDiscoveryBuilder#strictSlices}
 * @param resources one entry per resource read for it
 */
public record FeedStatus(
        ServiceKey service,
        String view,
        int subscribers,
        int keptEndpoints,
        long emptyLists,
        int foreignEndpoints,
        List<ReflectorStatus> resources) {

    public FeedStatus {
        resources = List.copyOf(resources);
    }
}
