package dev.onehop.examples.cli;

import dev.onehop.k8s.MissingRole;
import dev.onehop.service.Printable;

/**
 * What the user should know instead of an answer, and the exit code that goes with it. Its message is printed as it is,
 * so whoever makes one has made foreign text harmless with {@link Printable}.
 */
final class Problem extends RuntimeException {

    /** Something went wrong that is neither the command line nor the cluster's answer: an API server out of reach. */
    static final int FAILED = 1;

    /** The command line, or a file it names, is unusable. */
    static final int USAGE = 2;

    /** There is no such Service. */
    static final int NOT_FOUND = 3;

    /** The API server does not let us read what is needed. */
    static final int NO_ACCESS = 4;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private Problem(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static Problem failed(String message) {
        return new Problem(FAILED, message);
    }

    static Problem usage(String message) {
        return new Problem(USAGE, message);
    }

    static Problem notFound(String message) {
        return new Problem(NOT_FOUND, message);
    }

    static Problem noAccess(String message) {
        return new Problem(NO_ACCESS, message);
    }

    /** With the Role to apply, on lines of its own. */
    static Problem noRole(String namespace, String why) {
        return noAccess("no access: " + Printable.of(why)
                + "\nApply this Role, and bind it to whom the kubeconfig names:\n"
                + MissingRole.yaml(namespace, why).stripTrailing());
    }

    int exitCode() {
        return exitCode;
    }
}
