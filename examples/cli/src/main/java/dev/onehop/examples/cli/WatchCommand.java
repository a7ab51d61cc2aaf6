package dev.onehop.examples.cli;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Protocol;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code watch}: one line per change of a Service port, as a Balancer of this process sees it. */
@Command(
        name = "watch",
        sortOptions = false,
        description =
                "Prints one line per change: when, what, who is eligible now, and how long after the change of the"
                        + " pod a pick would know (R46).")
final class WatchCommand implements Callable<Integer> {

    private static final Duration FIRST_ANSWER = Duration.ofSeconds(10);

    @Parameters(paramLabel = "SERVICE[.NAMESPACE]:PORT", description = "The Service port, by number or name.")
    private String service = "";

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "The cluster of this kubeconfig's current context; without it, the one kubectl would ask.")
    private @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "The Service's namespace where its name does not say; missing: the kubeconfig's.")
    private @Nullable String namespace;

    @Mixin
    private Whereabouts whereabouts = new Whereabouts();

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            description = "How long to watch, such as 500ms, 30s or 5m; without it, until Ctrl-C.")
    private @Nullable Duration length;

    @Option(
            names = "--allow-loopback",
            description = "Take endpoints on loopback addresses as they are: for the demo, whose pods live there.")
    private boolean allowLoopback;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private final PrintStream out;
    private final PrintStream err;

    WatchCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        Target target = Target.parse(service);
        if (namespace != null) {
            Target.namespace(namespace);
        }
        if ("".equals(whereabouts.node)) {
            throw Problem.usage("--node: empty (expected: the name of a Node; explain takes an empty one, too)");
        }
        try (ClusterSource cluster = ClusterSource.open(target, kubeconfig, namespace, whereabouts, false)) {
            Found first = cluster.find(FIRST_ANSWER);
            first.notes().forEach(note -> err.println("onehop: " + note));
            watch(
                    cluster,
                    target.protocol().orElse(Protocol.TCP),
                    target,
                    first.firstFamily().orElse(null));
        }
        return 0;
    }

    /** Watches the family that explain shows, too: the Service's first. */
    private void watch(ClusterSource cluster, Protocol protocol, Target target, @Nullable AddressFamily family)
            throws InterruptedException {
        BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
        var lines = new WatchLines(Instant.now());
        long began = System.nanoTime();
        try (Onehop onehop = Onehop.builder()
                .discovery(cluster.discovery())
                .addressPolicy(allowLoopback ? AddressPolicy.allowingLoopback() : AddressPolicy.strict())
                .meshDetection(false)
                .build()) {
            Balancer balancer = onehop.balancer(
                    cluster.service().name() + "." + cluster.service().namespace() + ":" + target.port() + "/"
                            + protocol,
                    family);
            Balancer.Listening listening = balancer.onChange(eligible -> seen.add(new Seen(eligible, Instant.now())));
            while (length == null || System.nanoTime() - began < length.toNanos()) {
                Seen next = length == null
                        ? seen.take()
                        : seen.poll(length.toNanos() - (System.nanoTime() - began), TimeUnit.NANOSECONDS);
                if (next != null) {
                    lines.next(next.eligible(), next.at()).ifPresent(this::print);
                }
            }
            listening.close();
        }
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }

    /** A snapshot and when picks began to use it. */
    private record Seen(Eligible eligible, Instant at) {}
}
