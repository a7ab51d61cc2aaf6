package dev.onehop.examples.cli;

import dev.onehop.service.PortRef;
import dev.onehop.service.Printable;
import dev.onehop.service.Protocol;
import dev.onehop.service.ServiceKey;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What was asked for: {@code SERVICE[.NAMESPACE[.svc[.DOMAIN]]]:PORT[/PROTOCOL]}, names in any case.
 *
 * <p>Not core's reading of an address, though it looks like it. That one decides whether a host of a URL is a Service at
 * all, so it knows the cluster's domain, takes {@code svc.ns.} and {@code localhost} for foreign names, and means TCP
 * when nothing is said. Here it is always a Service, of a cluster whose domain nobody told us; a dump of another one may
 * have any; and whether the protocol was said matters, as {@code --protocol} may say it.
 *
 * <p>Immutable.
 *
 * @param name the Service's name, lower case
 * @param namespace lower case; empty when not said
 * @param port by number or name
 * @param protocol empty when not said
 */
record Target(String name, Optional<String> namespace, PortRef port, Optional<Protocol> protocol) {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final String EXPECTED = " (expected: SERVICE[.NAMESPACE]:PORT, such as api-service.shop:80)";

    /**
     * Reads {@code text}.
     *
     * @throws Problem when it names no Service port
     */
    static Target parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw problem(text, "has no port");
        }
        String portText = text.substring(colon + 1);
        int slash = portText.indexOf('/');
        Optional<Protocol> protocol =
                slash < 0 ? Optional.empty() : Optional.of(protocol(portText.substring(slash + 1)));
        List<String> labels = labels(text, text.substring(0, colon));
        Optional<String> namespace = labels.size() == 1 ? Optional.empty() : Optional.of(labels.get(1));
        return new Target(
                labels.get(0), namespace, port(text, slash < 0 ? portText : portText.substring(0, slash)), protocol);
    }

    /**
     * Reads {@code TCP}, {@code UDP} or {@code SCTP} in any case.
     *
     * @throws Problem when it is none of them
     */
    static Protocol protocol(String text) {
        return Arrays.stream(Protocol.values())
                .filter(known -> known.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(
                        () -> Problem.usage("protocol: '" + Printable.of(text) + "' (expected: TCP, UDP or SCTP)"));
    }

    /**
     * Checks a namespace given as an option.
     *
     * @throws Problem when no namespace can be called so
     */
    static String namespace(String text) {
        if (!LABEL.matcher(text).matches()) {
            throw Problem.usage("--namespace: '" + Printable.of(text) + "' (expected: the name of a namespace)");
        }
        return text;
    }

    ServiceKey in(String otherwise) {
        return new ServiceKey(namespace.orElse(otherwise), name);
    }

    private static List<String> labels(String text, String host) {
        String name = host.toLowerCase(Locale.ROOT);
        String relative = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        List<String> labels = Arrays.asList(relative.split("\\.", -1));
        boolean aService =
                labels.stream().allMatch(label -> LABEL.matcher(label).matches())
                        && (labels.size() <= 2 || labels.get(2).equals("svc"));
        if (!aService) {
            throw problem(text, "is not a Service's name");
        }
        return labels;
    }

    private static PortRef port(String text, String port) {
        try {
            return PortRef.parse(Printable.of(port));
        } catch (IllegalArgumentException e) {
            throw problem(text, String.valueOf(e.getMessage()));
        }
    }

    private static Problem problem(String text, String what) {
        return Problem.usage("Service port: '" + Printable.of(text) + "' " + what + EXPECTED);
    }
}
