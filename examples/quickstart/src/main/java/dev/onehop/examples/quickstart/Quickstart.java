package dev.onehop.examples.quickstart;

import dev.onehop.pick.PickPolicy;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: reads its options, then plays the demo, or visits a real cluster. */
@Command(
        name = "quickstart",
        description =
                "Onehop's first impression: a Service, its pods and a client on one machine, and what usually goes"
                        + " wrong. Needs no cluster.",
        sortOptions = false,
        footer = "Exit code: 0 no request failed and the share is even, 1 otherwise, 2 bad usage.")
final class Quickstart implements Callable<Integer> {

    @Option(names = "--keep-running", description = "Leave all up afterwards, and say how to change it with kubectl.")
    private boolean keepRunning;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Run against a real cluster; needs --service. The pods must be reachable from here.")
    private @Nullable Path kubeconfig;

    @Option(names = "--service", paramLabel = "NAME.NS:PORT", description = "The Service to call there, over HTTP.")
    private @Nullable String service;

    @Option(names = "--path", defaultValue = "/health", description = "What to GET there (default: ${DEFAULT-VALUE}).")
    private String path = "";

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "How long to show changes there (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "2000",
            description = "How many requests the share is measured by (default: ${DEFAULT-VALUE}).")
    private int requests;

    @Option(
            names = "--policy",
            defaultValue = "random",
            description = "random, as kube-proxy does, or round-robin (default: ${DEFAULT-VALUE}).")
    private String policy = "";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Of all randomness (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--beat", hidden = true, defaultValue = "350", description = "Length of the acts' beats in ms.")
    private int beatMillis;

    @Option(names = "--one-address", hidden = true, description = "Play as where only 127.0.0.1 can be bound.")
    private boolean oneAddress;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final PrintStream out;
    private final StopSignal stop;
    private final Consumer<SmallCluster> beforeActs;

    private Quickstart(PrintStream out, StopSignal stop, Consumer<SmallCluster> beforeActs) {
        this.out = out;
        this.stop = stop;
        this.beforeActs = beforeActs;
    }

    public static void main(String[] arguments) {
        var stop = new StopSignal();
        stop.onShutdown();
        // Lets requests to pods be sent in their ordinary form. A program may decide this for its JVM; Onehop may not.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        int code = run(System.out, System.err, stop, cluster -> {}, arguments);
        System.exit(code);
    }

    /**
     * Runs the program within this process.
     *
     * @param beforeActs what is done to the cluster right before the acts
     * @return the exit code
     */
    static int run(
            PrintStream out, PrintStream err, StopSignal stop, Consumer<SmallCluster> beforeActs, String... arguments) {
        try {
            return new CommandLine(new Quickstart(out, stop, beforeActs))
                    .setOut(new PrintWriter(out, true, StandardCharsets.US_ASCII))
                    .setErr(new PrintWriter(err, true, StandardCharsets.US_ASCII))
                    .setParameterExceptionHandler((problem, given) -> {
                        err.println("quickstart: " + oneLine(problem) + " (--help shows all options)");
                        return CommandLine.ExitCode.USAGE;
                    })
                    .setExecutionExceptionHandler((problem, command, parsed) -> {
                        err.println("quickstart: " + oneLine(problem));
                        return CommandLine.ExitCode.SOFTWARE;
                    })
                    .execute(arguments);
        } finally {
            stop.done();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var terminal = new Terminal(out, Ansi.AUTO);
        PickPolicy picks = policy();
        atLeast("--requests", requests, 100);
        atLeast("--seconds", seconds, 0);
        atLeast("--beat", beatMillis, 20);
        if (kubeconfig == null && service == null) {
            PodNetwork network = oneAddress ? PodNetwork.oneAddress() : PodNetwork.probe();
            var beat = Duration.ofMillis(beatMillis);
            var settings = new Settings(network, picks, seed, requests, beat, keepRunning, beforeActs);
            return new Demo(settings, terminal, stop).play();
        }
        if (kubeconfig == null || service == null) {
            throw usage("--kubeconfig and --service go together");
        }
        if (keepRunning) {
            throw usage("--keep-running is for the demo only; with --kubeconfig use --seconds");
        }
        if (!path.startsWith("/")) {
            throw usage("--path: '" + path + "' (expected: it starts with /)");
        }
        var visit = new RealCluster(kubeconfig, service, path, picks, seed, requests, Duration.ofSeconds(seconds));
        try {
            return visit.run(terminal, stop);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private PickPolicy policy() {
        return switch (policy) {
            case "random" -> PickPolicy.random();
            case "round-robin" -> PickPolicy.roundRobin();
            default -> throw usage("--policy: '" + policy + "' (expected: random or round-robin)");
        };
    }

    private void atLeast(String option, int value, int least) {
        if (value < least) {
            throw usage(option + ": " + value + " (expected: " + least + " or more)");
        }
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    private static String oneLine(Exception problem) {
        String text = problem.getMessage() == null ? problem.toString() : problem.getMessage();
        return text.replaceAll("\\s+", " ");
    }
}
