package dev.onehop.k8s;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
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
 * says that nobody is left, because that is also what a broken control plane says (C-12); ten minutes for those who ask
 * for it, or until somebody is listed again ({@link EmptyLists}). Whoever was terminating or not ready goes at once, and
 * so does whoever's address is another pod's now (S-13); whatever is new comes at once.
 *
 * <p>Serial: touched only on the discovery's loop, time as an argument.
 */
final class KeptEndpoints {

    static final Duration MOVING = Duration.ofMillis(250);
    static final Duration EMPTIED = Duration.ofSeconds(5);
    static final Duration PROTECTED = Duration.ofMinutes(10);

    /** One pod incarnation, whichever slice it is in. */
    private record Pod(@Nullable String address, @Nullable String uid) {
        static Pod of(Endpoint endpoint) {
            return new Pod(endpoint.address(), endpoint.podUid());
        }
    }

    private record Kept(EndpointSlice slice, Endpoint endpoint, long untilNanos) {
        Kept within(Duration left, long nowNanos) {
            return untilNanos - nowNanos <= left.toNanos()
                    ? this
                    : new Kept(slice, endpoint, nowNanos + left.toNanos());
        }
    }

    private final Duration emptied;
    private List<EndpointSlice> listed = List.of();
    private final Map<Pod, Kept> kept = new LinkedHashMap<>();
    private long emptyLists;
    private long emptiedNanos;

    /** A whole list has emptied it, and nobody has been listed since. */
    private boolean emptiedByList;

    /** {@code emptied}: how long those stay whom a whole list says to be gone, all of them. */
    KeptEndpoints(Duration emptied) {
        this.emptied = emptied;
    }

    /** What the API says now, plus those who stay. {@code byList}: whether a whole list says it, and not the watch. */
    List<EndpointSlice> with(List<EndpointSlice> next, boolean byList, long nowNanos) {
        if (!next.equals(listed)) {
            Set<Pod> present = pods(next);
            Set<@Nullable String> addresses = addresses(present);
            kept.keySet().removeIf(pod -> addresses.contains(pod.address()));
            boolean noneLeft = present.isEmpty() && byList;
            if (!present.isEmpty()) {
                emptiedByList = false;
                kept.replaceAll((pod, each) -> each.within(EMPTIED, nowNanos)); // the control plane remembers again
            }
            boolean any = keepVanished(addresses, nowNanos + (noneLeft ? emptied : MOVING).toNanos());
            if (noneLeft && any) {
                emptyLists++;
                emptiedNanos = nowNanos;
                emptiedByList = true;
            }
            listed = next;
        }
        kept.values().removeIf(each -> nowNanos - each.untilNanos() >= 0);
        return kept.isEmpty() ? next : together(next);
    }

    /** How long those stay whom a whole list says to be gone, all of them. */
    Duration emptied() {
        return emptied;
    }

    /** How many are here that the API no longer lists. */
    int size() {
        return kept.size();
    }

    /** How often a whole list said that nobody is left of some who were ready. */
    long emptyLists() {
        return emptyLists;
    }

    /** Whether some are here of those whom a whole list says to be gone, all of them. */
    boolean keepsEmptied() {
        return emptiedByList && !kept.isEmpty();
    }

    /** {@code view}, or that it is not to be believed: a list has emptied it, and we go on with those there were. */
    ServiceView doubted(ServiceView view) {
        return keepsEmptied() && emptied.compareTo(EMPTIED) > 0 && view instanceof Live live
                ? new Stale(
                        live.declaration(),
                        live.slices(),
                        emptiedNanos,
                        "a list says that there are no endpoints any more; those there were are kept for "
                                + emptied.toSeconds() + " s, or until another is listed")
                : view;
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

    private boolean keepVanished(Set<@Nullable String> present, long untilNanos) {
        boolean any = false;
        for (EndpointSlice slice : listed) {
            for (Endpoint endpoint : slice.endpoints()) {
                Pod pod = Pod.of(endpoint);
                if (endpoint.isReady() && !endpoint.isTerminating() && !present.contains(pod.address())) {
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

    private static Set<@Nullable String> addresses(Set<Pod> pods) {
        Set<@Nullable String> addresses = new HashSet<>();
        pods.forEach(pod -> addresses.add(pod.address()));
        return addresses;
    }

    private static Set<Pod> pods(List<EndpointSlice> slices) {
        var pods = new HashSet<Pod>();
        for (EndpointSlice slice : slices) {
            slice.endpoints().forEach(endpoint -> pods.add(Pod.of(endpoint)));
        }
        return pods;
    }
}
