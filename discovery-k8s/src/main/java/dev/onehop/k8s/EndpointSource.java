package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceKey;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who says where the endpoints of one Service are: its EndpointSlices, without those that are not used; where slices
 * are refused, v1 Endpoints beside them, until slices are allowed again.
 *
 * <p>Serial: touched only on the discovery's loop, except the accessors that say otherwise.
 */
final class EndpointSource {

    private final ServiceKey key;
    private final Inputs inputs;
    private final FeedLog log;
    private final Runnable changed;
    private Snapshot<EndpointSlice> slices = Snapshot.unread();
    private @Nullable Snapshot<List<EndpointSlice>> endpoints;
    private volatile @Nullable Input slicesInput;
    private volatile @Nullable Input endpointsInput;
    private volatile int foreign;
    private long listsSeen;
    private boolean foreignTold;

    /** {@code changed}: runs whenever either has said something. */
    EndpointSource(ServiceKey key, Inputs inputs, FeedLog log, Runnable changed) {
        this.key = key;
        this.inputs = inputs;
        this.log = log;
        this.changed = changed;
    }

    void start() {
        slicesInput = inputs.slices(key, snapshot -> {
            slices = used(snapshot);
            followEndpointsWhereSlicesAreRefused();
            changed.run();
        });
    }

    Snapshot<EndpointSlice> slices() {
        return slices;
    }

    /** v1 Endpoints as slices; null where they are not followed. */
    @Nullable Snapshot<List<EndpointSlice>> endpoints() {
        return endpoints;
    }

    /** Whether a whole list has come since this was last asked, and not only changes by the watch. */
    boolean isByList() {
        long lists = slices.complete() || endpoints == null ? slices.lists() : endpoints.lists();
        boolean byList = lists != listsSeen;
        listsSeen = lists;
        return byList;
    }

    /** What is gone by now: v1 Endpoints where they are followed, else slices; null before {@link #start}. From any thread. */
    @Nullable Input input() {
        Input ofEndpoints = endpointsInput;
        return ofEndpoints == null ? slicesInput : ofEndpoints;
    }

    /** How many endpoints are listed and not used because of whom they belong to. From any thread. */
    int foreign() {
        return foreign;
    }

    /** Those that are followed now. From any thread. */
    Stream<Input> followed() {
        return Stream.concat(Stream.ofNullable(slicesInput), Stream.ofNullable(endpointsInput));
    }

    /** The slices that are used, once those that are not have been counted. */
    private Snapshot<EndpointSlice> used(Snapshot<CheckedSlice> read) {
        List<CheckedSlice> withForeign =
                read.objects().stream().filter(each -> each.foreign() > 0).toList();
        foreign = withForeign.stream().mapToInt(CheckedSlice::foreign).sum();
        if (foreign > 0 && !foreignTold) {
            foreignTold = true;
            log.foreign(foreign, withForeign.get(0).slice().name());
        }
        return new Snapshot<>(
                read.complete(),
                read.objects().stream()
                        .filter(CheckedSlice::accepted)
                        .map(CheckedSlice::slice)
                        .toList(),
                read.condition(),
                read.lastContactNanos(),
                read.lists());
    }

    private void followEndpointsWhereSlicesAreRefused() {
        Input following = endpointsInput;
        if (slices.complete()) {
            endpoints = null;
            if (following != null) {
                following.close();
                endpointsInput = null;
            }
        } else if (slices.condition().isRefused() && !inputs.endpointsWillDo()) {
            endpoints = new Snapshot<>(false, List.of(), slices.condition(), slices.lastContactNanos(), 0);
        } else if (slices.condition().isRefused() && following == null) {
            endpointsInput = inputs.endpoints(key, snapshot -> {
                endpoints = snapshot;
                changed.run();
            });
        }
    }
}
