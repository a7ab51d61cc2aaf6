package dev.onehop.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which absolute names the platform's resolver asks for, and in which order, when a program asks for a short one
 * (semantics §2; resolv.conf(5)). A pod's begins {@code <namespace>.svc.<cluster domain>}.
 *
 * <p>Immutable.
 *
 * @param domains the search list, lower case, without dots at the ends; possibly empty
 * @param ndots a name with at least so many dots is asked as it stands before the search list; 0..15
 */
public record SearchPath(List<String> domains, int ndots) {

    /** No search list, as where there is no resolv.conf. */
    public static final SearchPath NONE = new SearchPath(List.of(), 1);

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final int MOST_NDOTS = 15;
    private static final int PODS_NDOTS = 5;
    private static final String SVC = "svc";

    public SearchPath {
        domains = List.copyOf(domains);
    }

    /** The one this process has: that of {@code /etc/resolv.conf}. */
    public static SearchPath ofThisMachine() {
        return read(RESOLV_CONF);
    }

    /** Reads a file in the form of resolv.conf(5); {@link #NONE} where there is none, or it is unreadable. */
    public static SearchPath read(Path resolvConf) {
        try (Stream<String> lines = Files.lines(resolvConf, StandardCharsets.ISO_8859_1)) {
            return parse(lines.toList());
        } catch (IOException | UncheckedIOException unreadable) {
            return NONE;
        }
    }

    /** Reads the lines of a resolv.conf; the last {@code search} or {@code domain} counts, as in the C library. */
    static SearchPath parse(List<String> lines) {
        List<String> domains = List.of();
        int ndots = NONE.ndots;
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words[0].equals("search") || words[0].equals("domain")) {
                domains = Stream.of(words)
                        .skip(1)
                        .map(SearchPath::bare)
                        .filter(domain -> !domain.isEmpty())
                        .toList();
            } else if (words[0].equals("options")) {
                ndots = ndots(words, ndots);
            }
        }
        return new SearchPath(domains, ndots);
    }

    /** What the kubelet gives a pod of {@code namespace} with {@code dnsPolicy: ClusterFirst}. */
    public static SearchPath ofPod(String namespace, String clusterDomain) {
        return new SearchPath(
                List.of(namespace + "." + SVC + "." + clusterDomain, SVC + "." + clusterDomain, clusterDomain),
                PODS_NDOTS);
    }

    /** The namespace that a bare Service name means by this search list; empty when it is no pod's. */
    public Optional<String> namespace() {
        return podDomain().map(domain -> domain.substring(0, domain.indexOf('.')));
    }

    /** The cluster's domain, such as {@code cluster.local}; empty when the search list is no pod's. */
    public Optional<String> clusterDomain() {
        return podDomain().map(domain -> domain.substring(domain.indexOf("." + SVC + ".") + SVC.length() + 2));
    }

    /**
     * The absolute names to ask for, in their order.
     *
     * @param name lower case, without a trailing dot
     */
    public List<String> candidates(String name) {
        var names = new ArrayList<String>(domains.size() + 1);
        domains.forEach(domain -> names.add(name + "." + domain));
        long dots = name.chars().filter(c -> c == '.').count();
        names.add(dots >= ndots ? 0 : names.size(), name);
        return names;
    }

    /** The first {@code <namespace>.svc.<domain>} of the list. */
    private Optional<String> podDomain() {
        return domains.stream()
                .filter(domain -> domain.matches("[^.]+\\." + SVC + "\\.[^.].*"))
                .findFirst();
    }

    private static int ndots(String[] options, int otherwise) {
        int ndots = otherwise;
        for (String option : options) {
            if (option.matches("ndots:\\d{1,9}")) {
                ndots = Math.min(MOST_NDOTS, Integer.parseInt(option.substring("ndots:".length())));
            }
        }
        return ndots;
    }

    private static String bare(String domain) {
        String lower = domain.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
