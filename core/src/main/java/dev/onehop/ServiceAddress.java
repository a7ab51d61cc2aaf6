package dev.onehop;

import dev.onehop.service.PortRef;
import dev.onehop.service.Printable;
import dev.onehop.service.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A Service port as people write it: {@code svc[.namespace[.svc[.cluster.domain]]]:port[/protocol]}, in any case, with
 * or without a trailing dot on the full form (semantics §2).
 *
 * <p>Immutable.
 *
 * @param host the name as written, for the platform's resolver
 * @param service the Service's name, lower case
 * @param namespace the Service's namespace, lower case; empty when the name is bare
 * @param port by number or name
 * @param protocol TCP unless said otherwise
 */
record ServiceAddress(String host, String service, Optional<String> namespace, PortRef port, Protocol protocol) {

    private static final String EXPECTED = " (expected: service[.namespace[.svc[.cluster.domain]]]:port)";

    ServiceAddress {
        Objects.requireNonNull(host, "host");
    }

    /**
     * Reads {@code text}.
     *
     * @throws IllegalArgumentException naming the text and what was expected
     */
    static ServiceAddress parse(String text, String clusterDomain) {
        Objects.requireNonNull(text, "Service address");
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("Service address: '" + Printable.of(text) + "' has no port" + EXPECTED);
        }
        String host = text.substring(0, colon);
        String portText = text.substring(colon + 1);
        int slash = portText.indexOf('/');
        Protocol protocol = slash < 0 ? Protocol.TCP : protocol(text, portText.substring(slash + 1));
        PortRef port;
        try {
            port = PortRef.parse(Printable.of(slash < 0 ? portText : portText.substring(0, slash)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Service address: '" + Printable.of(text) + "': " + e.getMessage(), e);
        }
        return host(host, clusterDomain, port, protocol)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Service address: '" + Printable.of(text) + "' is not a Service's name" + EXPECTED));
    }

    private static Optional<ServiceAddress> host(String host, String clusterDomain, PortRef port, Protocol protocol) {
        String name = host.toLowerCase(Locale.ROOT);
        boolean absolute = name.endsWith(".");
        Optional<List<String>> readable = HostNames.labels(absolute ? name.substring(0, name.length() - 1) : name);
        if (readable.isEmpty()) {
            return Optional.empty();
        }
        List<String> labels = readable.get();
        boolean full = labels.size() > 3
                && labels.get(2).equals("svc")
                && String.join(".", labels.subList(3, labels.size())).equals(clusterDomain);
        boolean shortForm =
                labels.size() <= 2 || (labels.size() == 3 && labels.get(2).equals("svc"));
        if (!full && (absolute || !shortForm)) {
            return Optional.empty(); // "svc.ns." and the like are absolute names in other zones
        }
        Optional<String> namespace = labels.size() > 1 ? Optional.of(labels.get(1)) : Optional.empty();
        return Optional.of(new ServiceAddress(host, labels.get(0), namespace, port, protocol));
    }

    private static Protocol protocol(String text, String name) {
        try {
            return Protocol.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "Service address: '" + Printable.of(text) + "': protocol '" + Printable.of(name)
                            + "' (expected: TCP, UDP or SCTP)",
                    unknown);
        }
    }
}
