package dev.onehop.explain;

import dev.onehop.route.Excluded;
import dev.onehop.route.ExclusionReason;
import dev.onehop.route.Resolved;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.route.Scope;
import dev.onehop.service.IpAddress;
import dev.onehop.service.Printable;
import dev.onehop.service.ServicePort;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The rules kube-proxy in iptables mode writes for one Service port, under the names they have on a node: KUBE-SERVICES
 * to KUBE-SVC (KUBE-SVL with internalTrafficPolicy Local) to one KUBE-SEP per endpoint (R27, R29, R30, R25). Chains are
 * named by the first 16 letters of base32(sha256(...)), as in kube-proxy's {@code servicePortChainName}.
 *
 * <p>Left out, with a comment: what depends on kube-proxy's own flags (masquerading of traffic that comes from no pod).
 *
 * <p>Pure functions: nothing is read from the node.
 */
public final class IptablesRules {

    private static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int HASH_LETTERS = 16;

    private final Route route;
    private final ServicePort port;
    private final IpAddress clusterIp;
    private final String name;
    private final String comment;
    private final String protocol;
    private final List<String> lines = new ArrayList<>();

    private IptablesRules(Route route, ServicePort port, IpAddress clusterIp) {
        this.route = route;
        this.port = port;
        this.clusterIp = clusterIp;
        name = name(route, port);
        comment = Printable.of(name).replace('"', '?');
        protocol = protocol(port);
    }

    /**
     * One line each, as {@code iptables-save} prints them, with comments behind {@code #}; only a comment where kube-proxy
     * writes nothing, or where the Service could not be read. Names are made printable (S-18).
     */
    public static List<String> of(Route route) {
        Resolved resolved = route.resolved();
        ServicePort port = resolved.port();
        IpAddress clusterIp = resolved.clusterIp();
        if (route instanceof Route.NotProxied) {
            return List.of("# no rules shown: " + Printable.of(route.text()));
        }
        if (clusterIp == null || port == null) {
            return List.of("# the Service cannot be read, so its ClusterIP, and with it the rules, are not known");
        }
        return List.copyOf(new IptablesRules(route, port, clusterIp).lines());
    }

    /** The chain that spreads connections over these backends; empty when the Service could not be read. */
    public static Optional<String> chain(Route.Backends backends) {
        ServicePort port = backends.resolved().port();
        return port == null ? Optional.empty() : Optional.of(chain(backends, port));
    }

    /**
     * The rules of that chain that pick at random, in its order: by the text of {@code ip:port} (R27). Empty when the
     * Service could not be read.
     */
    public static List<Jump> jumps(Route.Backends backends) {
        ServicePort port = backends.resolved().port();
        if (port == null) {
            return List.of();
        }
        String name = name(backends, port);
        List<RoutedEndpoint> endpoints = ordered(backends);
        var jumps = new ArrayList<Jump>(endpoints.size());
        for (int i = 0; i < endpoints.size(); i++) {
            String address = endpoints.get(i).key().address();
            jumps.add(new Jump(address, endpointChain(name, protocol(port), address), 1.0 / (endpoints.size() - i)));
        }
        return List.copyOf(jumps);
    }

    /**
     * One rule of a Service port's chain: it takes its share of what the rules before it have left.
     *
     * @param address {@code ip:port} of the endpoint
     * @param chain the endpoint's chain
     * @param probability that a connection which reaches this rule takes it: 1/n for the first of n, 1 for the last
     */
    public record Jump(String address, String chain, double probability) {}

    private static String chain(Route.Backends backends, ServicePort port) {
        boolean local = backends.scope() == Scope.LOCAL || backends.scope() == Scope.LOCAL_TERMINATING;
        return serviceChain(local ? "KUBE-SVL-" : "KUBE-SVC-", name(backends, port), protocol(port));
    }

    private static List<RoutedEndpoint> ordered(Route.Backends backends) {
        return backends.endpoints().stream()
                .sorted(Comparator.comparing(endpoint -> endpoint.key().address()))
                .toList();
    }

    /** The chain of a Service port. */
    static String serviceChain(String prefix, String name, String protocol) {
        return prefix + hash(name + protocol);
    }

    /** The chain of one endpoint of a Service port. */
    static String endpointChain(String name, String protocol, String address) {
        return "KUBE-SEP-" + hash(name + protocol + address);
    }

    private List<String> lines() {
        if (route instanceof Route.Backends backends && backends.scope() != Scope.LAST_RESORT) {
            nat(backends);
        } else {
            boolean drops = route instanceof Route.Drop;
            lines.add("*filter");
            lines.add("-A KUBE-SERVICES -m comment --comment \"" + comment + " has no "
                    + (drops ? "local endpoints\" " : "endpoints\" ") + match() + " -j " + (drops ? "DROP" : "REJECT"));
        }
        List<String> refused = route.excluded().stream()
                .map(Excluded::reason)
                .filter(ExclusionReason::isAddressPolicy)
                .map(ExclusionReason::rule)
                .toList();
        if (!refused.isEmpty()) {
            String rules = String.join(", ", new TreeSet<>(refused));
            lines.add("# " + refused.size() + " with addresses Onehop refuses (" + rules
                    + ") left out: kube-proxy would use them");
        }
        return lines;
    }

    private void nat(Route.Backends backends) {
        String chain = chain(backends, port);
        List<RoutedEndpoint> endpoints = ordered(backends);
        lines.add("*nat");
        lines.add("-A KUBE-SERVICES -m comment --comment \"" + comment + " cluster IP\" " + match() + " -j " + chain);
        lines.add(
                "# left out: KUBE-MARK-MASQ for sources outside the pod network, which depends on kube-proxy's flags");
        backends.affinityTimeout().ifPresent(timeout -> endpoints.forEach(each -> remembered(chain, each, timeout)));
        for (Jump jump : jumps(backends)) {
            String chance = jump.probability() == 1
                    ? ""
                    : String.format(Locale.ROOT, " -m statistic --mode random --probability %.10f", jump.probability());
            lines.add(to(chain, jump.address()) + chance + " -j " + jump.chain());
        }
        endpoints.forEach(endpoint -> endpoint(endpoint, backends.affinityTimeout()));
    }

    private void remembered(String chain, RoutedEndpoint endpoint, Duration timeout) {
        lines.add(to(chain, endpoint.key().address()) + " -m recent --name " + chain(endpoint) + " --rcheck --seconds "
                + timeout.toSeconds() + " --reap -j " + chain(endpoint));
    }

    private void endpoint(RoutedEndpoint endpoint, Optional<Duration> affinity) {
        String chain = "-A " + chain(endpoint) + " -m comment --comment \"" + comment + "\"";
        String remember = affinity.isPresent() ? " -m recent --name " + chain(endpoint) + " --set" : "";
        lines.add(chain + " -s " + endpoint.key().ip() + " -j KUBE-MARK-MASQ");
        lines.add(chain + remember + " -m " + protocol + " -p " + protocol + " -j DNAT --to-destination "
                + endpoint.key().address());
    }

    private String match() {
        return "-m " + protocol + " -p " + protocol + " -d " + clusterIp + " --dport " + port.port();
    }

    private String to(String chain, String address) {
        return "-A " + chain + " -m comment --comment \"" + comment + " -> " + address + "\"";
    }

    private String chain(RoutedEndpoint endpoint) {
        return endpointChain(name, protocol, endpoint.key().address());
    }

    private static String name(Route route, ServicePort port) {
        return route.resolved().destination().service() + (port.name().isEmpty() ? "" : ":" + port.name());
    }

    private static String protocol(ServicePort port) {
        return port.protocol().name().toLowerCase(Locale.ROOT);
    }

    /** SHA-256 in base 32, the first 16 letters. */
    private static String hash(String text) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
        var letters = new StringBuilder(HASH_LETTERS);
        for (int bit = 0; bit < HASH_LETTERS * 5; bit += 5) {
            int two = (digest[bit / 8] & 0xff) << 8 | (digest[bit / 8 + 1] & 0xff);
            letters.append(BASE_32.charAt(two >> (11 - bit % 8) & 0x1f));
        }
        return letters.toString();
    }
}
