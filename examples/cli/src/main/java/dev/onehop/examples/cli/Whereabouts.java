package dev.onehop.examples.cli;

import dev.onehop.service.ClientLocation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the connection would begin. An option that is missing means unknown. */
final class Whereabouts {

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "The Node the connection begins on. Missing: unknown, so Services with internalTrafficPolicy"
                    + " Local are not decided. Empty: some Node that no endpoint is on.")
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
        String at = zone == null ? found.zone() : zone;
        return "".equals(node)
                ? ClientLocation.elsewhere(at)
                : new ClientLocation(node == null ? found.node() : node, at);
    }
}
