package dev.onehop.examples.cli;

import dev.onehop.service.Printable;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: hands the work to {@code explain} or {@code watch}, and turns whatever they throw into one clear line. */
@Command(
        name = "onehop",
        description = "What kube-proxy does with connections to a Service port, and why.",
        footer = {
            "",
            "Exit code: 0 explained, whatever the verdict; 1 the API server gave no answer, or a bug;"
                    + " 2 bad usage or an unusable file; 3 no such Service; 4 no access."
        })
final class OnehopCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private OnehopCommand() {}

    public static void main(String[] arguments) {
        // No logging library is part of this program: what went wrong is in its own output.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.exit(run(System.in, System.out, System.err, arguments));
    }

    /** Runs the program within this process, and returns the exit code. */
    static int run(InputStream in, PrintStream out, PrintStream err, String... arguments) {
        var root = new CommandLine(new OnehopCommand());
        root.addSubcommand("explain", new ExplainCommand(in, out, err));
        root.addSubcommand("watch", new WatchCommand(out, err));
        if (arguments.length == 0) {
            err.println(root.getUsageMessage(CommandLine.Help.Ansi.OFF));
            return Problem.USAGE;
        }
        int code = root.setExecutionExceptionHandler((thrown, failed, parsed) -> tell(err, thrown))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setParameterExceptionHandler((problem, given) -> {
                    err.println("onehop: " + line(problem.getMessage()) + " (--help shows all options)");
                    return Problem.USAGE;
                })
                .execute(arguments);
        out.flush();
        return code;
    }

    private static int tell(PrintStream err, Exception thrown) {
        if (thrown instanceof Problem problem) {
            err.println("onehop: " + problem.getMessage());
            return problem.exitCode();
        }
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        err.println("onehop: unexpected: " + line(thrown.toString()));
        return Problem.FAILED;
    }

    private static String line(@Nullable String text) {
        return Printable.of(String.valueOf(text));
    }
}
