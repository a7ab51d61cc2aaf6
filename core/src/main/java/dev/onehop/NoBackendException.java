package dev.onehop;

import dev.onehop.eligible.Verdict;
import dev.onehop.service.Printable;
import dev.onehop.service.ServiceKey;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * There is nobody to connect to. A {@link ConnectException}, because a client dialling the ClusterIP would see one; the
 * message says which Service and port, what kube-proxy would do, the counts behind it, and how old our view is.
 *
 * <p>Switch on {@link #verdict()}, never on the text.
 */
public final class NoBackendException extends ConnectException {

    private static final long serialVersionUID = 1L;

    private final transient ServiceKey service;
    private final String port;
    private final Verdict verdict;
    private final transient Optional<Duration> viewAge;

    NoBackendException(ServiceKey service, String port, Verdict verdict, String why, Optional<Duration> viewAge) {
        super(Printable.of(service + ":" + port + ": no backend to connect to (" + verdict + "): " + why + "; "
                + viewAge.map(age -> "the view is " + readable(age) + " old").orElse("no view yet")));
        this.service = Objects.requireNonNull(service, "service");
        this.port = Objects.requireNonNull(port, "port");
        this.verdict = Objects.requireNonNull(verdict, "verdict");
        this.viewAge = Objects.requireNonNull(viewAge, "viewAge");
    }

    /** The Service that was asked for. */
    public ServiceKey service() {
        return service;
    }

    /** The Service port that was asked for, by number or name. */
    public String port() {
        return port;
    }

    /** What kube-proxy would do with the connection, or that we cannot say. */
    public Verdict verdict() {
        return verdict;
    }

    /** How long ago the source last told us anything about the Service; empty when it never did. */
    public Optional<Duration> viewAge() {
        return viewAge;
    }

    private static String readable(Duration age) {
        long millis = age.toMillis();
        return millis < 10_000 ? millis + " ms" : age.toSeconds() + " s";
    }
}
