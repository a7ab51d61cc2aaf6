package dev.onehop.k8s;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints that vanished although they were ready and not terminating stay for a moment: 250 ms, because a pod that
 * moves to another slice may be deleted from the first before it is told in the second (C-09); 5 s when a whole list
 * says that nobody is left, because that is also what a broken control plane says (C-12). Whoever was terminating or not
 * ready goes at once, and whatever is new comes at once.
 *
 * <p>Serial: touched only on the discovery's loop, time as an argument.
 */
final class KeptEndpoints {

    static final Duration MOVING = Duration.ofMillis(250);
    static final Duration EMPTIED = Duration.ofSeconds(5);

    /** One pod incarnation, whichever slice it is in. */
    private record Pod(@Nullable String address, @Nullable String uid) {
        static Pod of(Endpoint endpoint) {
            return new Pod(endpoint.address(), endpoint.podUid());
        }
    }

    private record Kept(EndpointSlice slice, Endpoint endpoint, long untilNanos) {}

    private List<EndpointSlice> listed = List.of();
    private final Map<Pod, Kept> kept = new LinkedHashMap<>();
    private long emptyLists;

    /** What the API says now, plus those who stay. {@code byList}: whether a whole list says it, and not the watch. */
    List<EndpointSlice> with(List<EndpointSlice> next, boolean byList, long nowNanos) {
        if (!next.equals(listed)) {
            Set<Pod> present = pods(next);
            kept.keySet().removeAll(present);
            boolean emptied = present.isEmpty() && byList;
            boolean any = keepVanished(present, nowNanos + (emptied ? EMPTIED : MOVING).toNanos());
            emptyLists += emptied && any ? 1 : 0;
            listed = next;
        }
        kept.values().removeIf(each -> nowNanos - each.untilNanos() >= 0);
        return kept.isEmpty() ? next : together(next);
    }

    /** How many are here that the API no longer lists. */
    int size() {
        return kept.size();
    }

    /** How often a whole list said that nobody is left of some who were ready. */
    long emptyLists() {
        return emptyLists;
    }

    /** When the next one goes. */
    OptionalLong nextNanos() {
        OptionalLong next = OptionalLong.empty();
        for (Kept each : kept.values()) {
            if (next.isEmpty() || each.untilNanos() - next.getAsLong() < 0) {
                next = OptionalLong.of(each.untilNanos());
            }
        }
        return next;
    }

    private boolean keepVanished(Set<Pod> present, long untilNanos) {
        boolean any = false;
        for (EndpointSlice slice : listed) {
            for (Endpoint endpoint : slice.endpoints()) {
                Pod pod = Pod.of(endpoint);
                if (endpoint.isReady() && !endpoint.isTerminating() && !present.contains(pod)) {
                    kept.put(pod, new Kept(slice, endpoint, untilNanos));
                    any = true;
                }
            }
        }
        return any;
    }

    private List<EndpointSlice> together(List<EndpointSlice> next) {
        Map<String, List<Kept>> bySlice = new LinkedHashMap<>();
        kept.values()
                .forEach(each -> bySlice.computeIfAbsent(each.slice().name(), name -> new ArrayList<>())
                        .add(each));
        var slices = new ArrayList<EndpointSlice>(next.size() + bySlice.size());
        for (EndpointSlice slice : next) {
            List<Kept> ofSlice = bySlice.getOrDefault(slice.name(), List.of());
            boolean alike = !ofSlice.isEmpty() && ofSlice.get(0).slice().ports().equals(slice.ports());
            slices.add(alike ? plus(slice, slice.endpoints(), ofSlice) : slice);
            if (alike) {
                bySlice.remove(slice.name());
            }
        }
        bySlice.values().forEach(left -> slices.add(plus(left.get(0).slice(), List.of(), left)));
        return slices;
    }

    private static EndpointSlice plus(EndpointSlice slice, List<Endpoint> endpoints, List<Kept> kept) {
        var all = new ArrayList<>(endpoints);
        kept.forEach(each -> all.add(each.endpoint()));
        return new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                slice.headless(),
                slice.addressType(),
                slice.ports(),
                all,
                slice.changeTriggered());
    }

    private static Set<Pod> pods(List<EndpointSlice> slices) {
        var pods = new HashSet<Pod>();
        for (EndpointSlice slice : slices) {
            slice.endpoints().forEach(endpoint -> pods.add(Pod.of(endpoint)));
        }
        return pods;
    }
}
