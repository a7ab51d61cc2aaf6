package dev.onehop.examples.cli;

import dev.onehop.service.ClientLocation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the connection would begin. An option that is missing means unknown; empty means none. */
final class Whereabouts {

    /**
     * A name that no Node has. kube-proxy on a Node whose name is empty finds nothing local; for the rules an empty name
     * is an unknown one, which is something else.
     */
    private static final String NAMELESS_NODE = " ";

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "The Node the connection begins on. Missing: unknown, so Services with internalTrafficPolicy"
                    + " Local are not decided. Empty: a Node without a name, to which nothing is local.")
    @Nullable String node;

    @Option(
            names = "--zone",
            paramLabel = "ZONE",
            description =
                    "That Node's topology.kubernetes.io/zone. Missing: the Node's label where the Node can be read,"
                            + " otherwise unknown. Empty: the label is missing or empty.")
    @Nullable String zone;

    /** What the options say, and {@code found} where they say nothing. */
    ClientLocation or(ClientLocation found) {
        String name = node == null ? found.node() : node;
        return new ClientLocation("".equals(name) ? NAMELESS_NODE : name, zone == null ? found.zone() : zone);
    }
}
