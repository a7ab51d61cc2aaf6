package dev.onehop.examples.cli;

import dev.onehop.explain.IptablesRules;
import dev.onehop.route.Destination;
import dev.onehop.route.HeadlessRoute;
import dev.onehop.route.Route;
import dev.onehop.route.RouteReason;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Printable;
import dev.onehop.service.Protocol;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: one Service port, now. */
@Command(
        name = "explain",
        sortOptions = false,
        description = "Shows the way of a connection to a Service port: to which endpoints, with which probability, and"
                + " who is left out by which rule.")
final class ExplainCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "SERVICE[.NAMESPACE]:PORT",
            description = "The Service port, by number or name; the full DNS name will do as well.")
    private @Nullable String service;

    @Option(
            names = {"-f", "--manifests"},
            arity = "1..*",
            paramLabel = "FILE",
            description = "Read this instead of asking a cluster: the output of kubectl get services,endpointslices"
                    + " -o yaml (or json), - for standard input; several files are one cluster.")
    private List<String> manifests = new ArrayList<>();

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description =
                    "Ask the cluster of this kubeconfig's current context; without it, the one kubectl would ask.")
    private @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "The Service's namespace where its name does not say. Missing: the kubeconfig's; with"
                    + " --manifests the only one that has a Service of this name, otherwise default.")
    private @Nullable String namespace;

    @Mixin
    private Whereabouts whereabouts = new Whereabouts();

    @Option(
            names = "--protocol",
            paramLabel = "TCP|UDP|SCTP",
            description = "The transport; TCP unless said otherwise.")
    private @Nullable String protocol;

    @Option(
            names = "--family",
            paramLabel = "IPv4|IPv6",
            description = "The IP family; the Service's first unless said otherwise.")
    private @Nullable String family;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "A picture, or the JSON of docs/cli.md.")
    private String output = "text";

    @Option(names = "--iptables", description = "Show the rules kube-proxy writes for it in iptables mode, too.")
    private boolean iptables;

    @Option(
            names = "--headless",
            description = "Balance a headless Service among its ready pods, as Onehop does with headless(true); without"
                    + " it, DNS is left to it.")
    private boolean headless;

    @Option(
            names = "--allow-loopback",
            description = "Take endpoints on loopback addresses as they are: for the demo, whose pods live there.")
    private boolean allowLoopback;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = Durations.class,
            description = "How long to wait for the API server (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(10);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    ExplainCommand(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        Target target = Target.parse(service());
        boolean json = json();
        if (json && iptables) {
            throw Problem.usage("--iptables: it is part of the text (expected: not together with -o json)");
        }
        Protocol transport = transport(target);
        AddressFamily wanted = wantedFamily();
        Found found = find(target);
        found.notes().forEach(note -> err.println("onehop: " + note));
        if (wanted == null) {
            otherFamily(found).ifPresent(note -> err.println("onehop: " + note));
        }
        var destination = new Destination(found.service(), target.port(), transport, wanted);
        AddressPolicy addresses = allowLoopback ? AddressPolicy.allowingLoopback() : AddressPolicy.strict();
        var declaration = found.view().declaration();
        var slices = found.view().slices();
        Route ofKubeProxy = Route.of(destination, declaration, slices, found.here(), addresses);
        Route route =
                headless ? HeadlessRoute.of(destination, declaration, slices, found.here(), addresses) : ofKubeProxy;
        checkReadable(found, route);
        if (json) {
            out.println(RouteJson.of(found, route));
            return 0;
        }
        Picture.of(found, route).forEach(out::println);
        if (iptables) {
            out.println();
            out.println("the rules of kube-proxy in iptables mode:");
            IptablesRules.of(ofKubeProxy).forEach(line -> out.println("  " + line));
        }
        return 0;
    }

    /** The operand; {@code --manifests} takes several values, and may have taken it along. */
    private String service() {
        if (service != null) {
            return service;
        }
        if (manifests.size() > 1) {
            String last = manifests.get(manifests.size() - 1);
            if (last.contains(":") && !isFile(last)) {
                manifests.remove(manifests.size() - 1);
                return last;
            }
        }
        throw Problem.usage("no Service port given (expected: SERVICE[.NAMESPACE]:PORT, such as api-service.shop:80)");
    }

    private Found find(Target target) throws InterruptedException {
        if (namespace != null) {
            Target.namespace(namespace);
        }
        if (!manifests.isEmpty()) {
            if (kubeconfig != null) {
                throw Problem.usage("--manifests and --kubeconfig: both (expected: one of them)");
            }
            return ManifestSource.find(target, manifests, in, namespace, whereabouts);
        }
        try (ClusterSource cluster = ClusterSource.open(target, kubeconfig, namespace, whereabouts, headless)) {
            return cluster.find(timeout);
        }
    }

    /** What to know of a Service with both families: shown is its first, and clients may dial the other. */
    private static Optional<String> otherFamily(Found found) {
        return found.firstFamily()
                .filter(first -> found.families().size() > 1)
                .map(first -> found.families().get(1))
                .map(other -> found.service() + " also has an " + other + " address: --family " + other + " shows it"
                        + " (a JVM dials IPv4 unless java.net.preferIPv6Addresses says otherwise)");
    }

    /** Where only slices can be read, some questions stay open: a Role would answer them. */
    private static void checkReadable(Found found, Route route) {
        if (route instanceof Route.NotProxied left
                && (left.reason() == RouteReason.SERVICE_UNREADABLE || left.reason() == RouteReason.AMBIGUOUS_PORT)) {
            throw Problem.noRole(found.service().namespace(), route.text());
        }
    }

    private boolean json() {
        return switch (output) {
            case "text" -> false;
            case "json" -> true;
            default -> throw Problem.usage("--output: '" + Printable.of(output) + "' (expected: text or json)");
        };
    }

    private Protocol transport(Target target) {
        if (protocol == null) {
            return target.protocol().orElse(Protocol.TCP);
        }
        Protocol asked = Target.protocol(protocol);
        if (target.protocol().isPresent() && target.protocol().get() != asked) {
            throw Problem.usage(
                    "--protocol: " + asked + " (expected: " + target.protocol().get() + ", as in the name)");
        }
        return asked;
    }

    private @Nullable AddressFamily wantedFamily() {
        String wanted = family;
        if (wanted == null) {
            return null;
        }
        return Arrays.stream(AddressFamily.values())
                .filter(known -> known.toString().equalsIgnoreCase(wanted))
                .findFirst()
                .orElseThrow(() -> Problem.usage("--family: '" + Printable.of(wanted) + "' (expected: IPv4 or IPv6)"));
    }

    private static boolean isFile(String text) {
        try {
            return Files.exists(Path.of(text));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }
}
