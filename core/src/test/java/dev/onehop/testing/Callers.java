package dev.onehop.testing;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;

/**
 * Callers of pods without sockets, whom a test makes find out what it needs.
 *
 * <p>Pure functions.
 */
public final class Callers {

    private static final int MOST_PICKS = 100_000;

    private Callers() {}

    /** Picks, and gives up what it is not, until it is {@code pod}. */
    public static Attempt attemptOn(Balancer api, String pod) throws NoBackendException {
        for (int i = 0; i < MOST_PICKS; i++) {
            Attempt attempt = api.attempt();
            if (attempt.backend().flatMap(backend -> backend.podName()).equals(Optional.of(pod))) {
                return attempt;
            }
            attempt.close();
        }
        throw new AssertionError(pod + " was not picked in " + MOST_PICKS + " attempts");
    }

    /** One caller finds that nobody listens on {@code pod}. */
    public static void refused(Balancer api, String pod) throws NoBackendException {
        attemptOn(api, pod).failed(new ConnectException("Connection refused"));
    }

    /** Two callers do, neither of whom could know of the other: enough to eject it. */
    public static void refusedTwice(Balancer api, String pod, ManualTime time) throws NoBackendException {
        Attempt first = attemptOn(api, pod);
        time.advance(Duration.ofMillis(2));
        Attempt second = attemptOn(api, pod);
        first.failed(new ConnectException("Connection refused"));
        second.failed(new ConnectException("Connection refused"));
        time.run();
    }
}
