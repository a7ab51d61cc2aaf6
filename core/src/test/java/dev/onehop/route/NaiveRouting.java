package dev.onehop.route;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServicePort;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The one-page algorithm of the semantics (§0), written down a second time from the page: maps, sets and strings, no
 * thought for speed, nothing shared with the package under test.
 *
 * @param canonical every address that occurs, to its canonical text; those missing are not dialled
 */
public record NaiveRouting(Map<String, String> canonical) {

    /** What §0 calls x. */
    public record X(
            String uid,
            String slice,
            boolean local,
            boolean ready,
            boolean serving,
            boolean terminating,
            Set<String> zones,
            Set<String> nodes) {}

    /** The verdict and, for B, the pod uid by "ip:port". */
    public record Answer(String verdict, Map<String, String> picked) {}

    public Answer answer(
            Service svc, List<EndpointSlice> slices, ClientLocation here, int number, Protocol protocol, String f) {
        if (svc.serviceProxyName()) {
            return new Answer("NP", Map.of());
        }
        if (Set.of("", "None").contains(svc.clusterIp())
                || svc.type().toString().equals("ExternalName")) {
            return new Answer("NP", Map.of());
        }
        if (vip(svc, f) == null) {
            return new Answer("NP", Map.of());
        }
        ServicePort sp = null;
        for (ServicePort port : svc.ports()) {
            if (port.port() == number && port.protocol() == protocol) {
                sp = port;
            }
        }
        if (sp == null) {
            return new Answer("NP", Map.of());
        }
        boolean localPolicy = svc.internalTrafficPolicy().name().equals("LOCAL");
        if (localPolicy && here.node() == null) {
            return new Answer("NP", Map.of()); // our own decision: row R16, last column
        }
        Map<String, List<X>> all = candidates(svc, slices, here, sp, f);
        Map<String, X> eps = new TreeMap<>();
        all.forEach((key, xs) -> eps.put(key, preferringReady(xs)));
        return verdict(eps, localPolicy, here);
    }

    /** A headless Service for those who opted in: §2's DNS with a choice of ports, likewise written down a second time. */
    public Answer headless(Service svc, List<EndpointSlice> slices, int number, Protocol protocol, String f) {
        ServicePort sp = null;
        for (ServicePort port : svc.ports()) {
            if (port.port() == number && port.protocol() == protocol) {
                sp = port;
            }
        }
        Map<String, List<X>> all = new TreeMap<>();
        for (EndpointSlice slice : slices) {
            for (SlicePort p : slice.ports()) {
                boolean meant = sp != null ? p.name().equals(sp.name()) : p.port() != null && p.port() == number;
                if (!slice.namespace().equals(svc.key().namespace())
                        || !svc.key().name().equals(slice.serviceName())
                        || !slice.addressType().equals(f)
                        || !meant
                        || p.protocol() != protocol
                        || p.port() == null
                        || p.port() == 0) {
                    continue;
                }
                for (Endpoint e : slice.endpoints()) {
                    String ip = e.address() == null ? null : canonical.get(e.address());
                    if (ip != null && ip.contains(":") == f.equals("IPv6")) {
                        boolean ready = e.ready() == null || e.ready();
                        boolean terminating = e.terminating() != null && e.terminating();
                        var x = new X(e.podUid(), slice.name(), false, ready, true, terminating, Set.of(), Set.of());
                        all.computeIfAbsent(ip + " " + p.port(), key -> new ArrayList<>())
                                .add(x);
                    }
                }
            }
        }
        Map<String, String> picked = new TreeMap<>();
        all.forEach((key, xs) -> {
            if (preferringReady(xs).ready()) {
                picked.put(key, preferringReady(xs).uid());
            }
        });
        return new Answer(picked.isEmpty() ? "NP" : "B", picked);
    }

    private static String vip(Service svc, String f) {
        if (svc.ipFamilies().isEmpty()) {
            return svc.clusterIp().contains(":") == f.equals("IPv6") ? svc.clusterIp() : null;
        }
        for (int i = 0; i < svc.ipFamilies().size(); i++) {
            if (svc.ipFamilies().get(i).toString().equals(f)
                    && i < svc.clusterIps().size()) {
                return svc.clusterIps().get(i);
            }
        }
        return null;
    }

    /** Everything that wants to be a key, in the order of the given slices. */
    Map<String, List<X>> candidates(
            Service svc, List<EndpointSlice> slices, ClientLocation here, ServicePort sp, String f) {
        Map<String, List<X>> all = new LinkedHashMap<>();
        for (EndpointSlice slice : slices) {
            if (!slice.namespace().equals(svc.key().namespace())
                    || !svc.key().name().equals(slice.serviceName())
                    || slice.headless()
                    || !slice.addressType().equals(f)) {
                continue;
            }
            for (SlicePort p : slice.ports()) {
                if (!p.name().equals(sp.name()) || p.protocol() != sp.protocol()) {
                    continue;
                }
                if (p.port() == null || p.port() == 0) {
                    continue;
                }
                for (Endpoint e : slice.endpoints()) {
                    String ip = e.address() == null ? null : canonical.get(e.address());
                    if (ip == null || ip.contains(":") != f.equals("IPv6")) {
                        continue;
                    }
                    boolean local = e.nodeName() != null
                            && here.node() != null
                            && !here.node().equals("")
                            && e.nodeName().equals(here.node());
                    var x = new X(
                            e.podUid(),
                            slice.name(),
                            local,
                            e.ready() == null ? true : e.ready(),
                            e.serving() == null ? true : e.serving(),
                            e.terminating() == null ? false : e.terminating(),
                            new HashSet<>(e.zoneHints()),
                            new HashSet<>(e.nodeHints()));
                    all.computeIfAbsent(ip + " " + p.port(), key -> new ArrayList<>())
                            .add(x);
                }
            }
        }
        return all;
    }

    /** "if key absent or !x.terminating: eps[key] = x", to the letter. */
    static X literally(List<X> xs) {
        X kept = null;
        for (X x : xs) {
            if (kept == null || !x.terminating()) {
                kept = x;
            }
        }
        return kept;
    }

    /** The same inside each slice; among the slices' winners, running, ready, first by name - or else the last. */
    static X preferringReady(List<X> xs) {
        Map<String, List<X>> bySlice = new TreeMap<>();
        xs.forEach(x ->
                bySlice.computeIfAbsent(x.slice(), name -> new ArrayList<>()).add(x));
        List<X> winners = bySlice.values().stream().map(NaiveRouting::literally).toList();
        List<X> running = winners.stream().filter(x -> !x.terminating()).toList();
        if (running.isEmpty()) {
            return winners.get(0);
        }
        return running.stream().filter(X::ready).findFirst().orElse(running.get(running.size() - 1));
    }

    /** From "if eps is empty" to the end of the page. */
    static Answer verdict(Map<String, X> eps, boolean localPolicy, ClientLocation here) {
        if (eps.isEmpty()) {
            return new Answer("REJ", Map.of());
        }
        Set<String> ready = new TreeSet<>();
        Set<String> servTerm = new TreeSet<>();
        eps.forEach((key, x) -> {
            if (x.ready()) {
                ready.add(key);
            }
            if (x.serving() && x.terminating()) {
                servTerm.add(key);
            }
        });
        Set<String> pick = new TreeSet<>();
        if (localPolicy) {
            ready.stream().filter(key -> eps.get(key).local()).forEach(pick::add);
            if (pick.isEmpty()) {
                servTerm.stream()
                        .filter(key -> !eps.get(key).ready() && eps.get(key).local())
                        .forEach(pick::add);
            }
            if (pick.isEmpty()) {
                return new Answer(!ready.isEmpty() || !servTerm.isEmpty() ? "DROP" : "REJ", Map.of());
            }
        } else {
            String myZone = here.zone() == null ? "" : here.zone();
            String mode = "NONE";
            if (!ready.isEmpty()) {
                if (ready.stream().allMatch(key -> eps.get(key).nodes().size() >= 1)
                        && ready.stream().anyMatch(key -> eps.get(key).nodes().contains(here.node()))) {
                    mode = "NODE";
                } else if (ready.stream().allMatch(key -> eps.get(key).zones().size() >= 1)
                        && ready.stream().anyMatch(key -> eps.get(key).zones().contains(myZone))) {
                    mode = "ZONE";
                }
            }
            for (String key : ready) {
                boolean passes = switch (mode) {
                    case "NODE" -> eps.get(key).nodes().contains(here.node());
                    case "ZONE" -> eps.get(key).zones().contains(myZone);
                    default -> true;
                };
                if (passes) {
                    pick.add(key);
                }
            }
            if (pick.isEmpty()) {
                pick.addAll(servTerm);
            }
            if (pick.isEmpty()) {
                return new Answer("REJ", Map.of());
            }
        }
        Map<String, String> picked = new TreeMap<>();
        pick.forEach(key -> picked.put(key, eps.get(key).uid()));
        return new Answer("B", picked);
    }
}
