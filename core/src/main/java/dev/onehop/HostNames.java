package dev.onehop;

import dev.onehop.service.SearchPath;
import dev.onehop.service.ServiceKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the host names that clients dial may mean, as the platform's resolver would find out: by the hosts file, then by
 * the search list in its order (semantics §2). Asks nobody.
 *
 * <p>Shared: safe from any thread.
 */
final class HostNames {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");
    private static final int LONGEST_NAME = 253;
    private static final int REMEMBERED = 1_000;

    /** One thing that a name may mean. */
    sealed interface Meaning {
        /** The Service. */
        ServiceKey service();

        /**
         * A Service's own name.
         *
         * @param certain whether the name can be nothing but a Service's, because it says {@code svc}
         */
        record OfService(ServiceKey service, boolean certain) implements Meaning {}

        /** The name of one pod of this Service, if the Service is headless. */
        record OfPod(ServiceKey service) implements Meaning {}
    }

    private final Optional<String> ownNamespace;
    private final String clusterDomain;
    private final SearchPath path;
    private final Set<String> hostsFile;
    private final Map<String, List<Meaning>> remembered = new ConcurrentHashMap<>();

    private HostNames(Optional<String> ownNamespace, String clusterDomain, SearchPath path, Set<String> hostsFile) {
        this.ownNamespace = ownNamespace;
        this.clusterDomain = clusterDomain;
        this.path = path;
        this.hostsFile = hostsFile;
    }

    /**
     * The platform's own order where it is that of a pod in this namespace and cluster, otherwise the one that such a pod
     * would have.
     *
     * @param namespace the own one as configured or as the discovery knows it
     * @param clusterDomain as configured; null for the platform's, or {@code cluster.local}
     */
    static HostNames of(
            Optional<String> namespace, @Nullable String clusterDomain, SearchPath platform, Set<String> hostsFile) {
        String domain =
                clusterDomain != null ? clusterDomain : platform.clusterDomain().orElse("cluster.local");
        Optional<String> own = namespace.or(platform::namespace);
        if (own.equals(platform.namespace()) && platform.clusterDomain().equals(Optional.of(domain))) {
            return new HostNames(own, domain, platform, hostsFile);
        }
        SearchPath path = own.map(name -> SearchPath.ofPod(name, domain))
                .orElseGet(() -> new SearchPath(List.of("svc." + domain, domain), 5));
        return new HostNames(own, domain, path, hostsFile);
    }

    /** The namespace that a bare Service name means. */
    Optional<String> ownNamespace() {
        return ownNamespace;
    }

    /** The cluster's DNS domain. */
    String clusterDomain() {
        return clusterDomain;
    }

    /** What {@code host} may mean within the cluster, in the order of asking; where the list ends, the platform knows. */
    List<Meaning> meanings(String host) {
        List<Meaning> known = remembered.get(host);
        if (known != null) {
            return known;
        }
        List<Meaning> found = List.copyOf(find(host.toLowerCase(Locale.ROOT)));
        if (remembered.size() >= REMEMBERED) {
            remembered.clear();
        }
        remembered.put(host, found);
        return found;
    }

    /** The parts of a name that DNS could know, or empty: odd characters, too long, or an address in some old form. */
    static Optional<List<String>> labels(String name) {
        List<String> labels = Arrays.asList(name.split("\\.", -1));
        boolean sound = name.length() <= LONGEST_NAME
                && labels.stream().allMatch(label -> LABEL.matcher(label).matches());
        boolean number = labels.stream().allMatch(label -> NUMBER.matcher(label).matches());
        return sound && !number && !labels.get(labels.size() - 1).equals("localhost")
                ? Optional.of(labels)
                : Optional.empty();
    }

    private List<Meaning> find(String asked) {
        boolean absolute = asked.endsWith(".");
        String name = absolute ? asked.substring(0, asked.length() - 1) : asked;
        if (labels(name).isEmpty() || hostsFile.contains(name)) {
            return List.of();
        }
        boolean full = name.endsWith(".svc." + clusterDomain);
        boolean certain = full || name.matches("[^.]+\\.[^.]+\\.svc");
        var meanings = new ArrayList<Meaning>();
        for (String candidate : absolute ? List.of(name) : path.candidates(name)) {
            boolean foreign = !candidate.endsWith("." + clusterDomain) && !candidate.equals(clusterDomain);
            if (foreign && !certain) {
                break; // Somebody else's domain comes first: only the platform can tell whether the name is there.
            }
            meaning(candidate, certain).ifPresent(meanings::add);
        }
        return meanings;
    }

    private Optional<Meaning> meaning(String candidate, boolean certain) {
        String zone = ".svc." + clusterDomain;
        if (!candidate.endsWith(zone)) {
            return Optional.empty();
        }
        String[] labels =
                candidate.substring(0, candidate.length() - zone.length()).split("\\.", -1);
        return switch (labels.length) {
            case 2 -> Optional.of(new Meaning.OfService(new ServiceKey(labels[1], labels[0]), certain));
            case 3 -> Optional.of(new Meaning.OfPod(new ServiceKey(labels[2], labels[1])));
            default -> Optional.empty();
        };
    }
}
