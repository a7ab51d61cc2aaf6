package dev.onehop.examples.quickstart;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One line for each change of who may be picked, and for each time that requests begin or cease to fail.
 *
 * <p>Shared: snapshots come on Onehop's thread, requests on another.
 */
final class Changes {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final Terminal out;
    private String last = "";
    private boolean failing;

    Changes(Terminal out) {
        this.out = out;
    }

    /** Prints a line if this snapshot differs from the one before. */
    synchronized void snapshot(Eligible now) {
        String text = text(now);
        if (!text.equals(last)) {
            last = text;
            say(text);
        }
    }

    /** Sends a request, counts it, and prints a line if the outcome differs from the one before. */
    @SuppressWarnings("CatchingUnchecked") // whatever it is, it is a failed request, and is shown
    void request(Tally tally, ServiceClient client) throws InterruptedException {
        try {
            tally.answered("HTTP " + client.get().statusCode());
            outcome(false, "requests are answered again");
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            tally.failed(e.toString());
            outcome(true, "requests fail: " + reason(e));
        }
    }

    /** The message, or the types down to the cause: the JDK's client gives no message when a name is unknown. */
    private static String reason(Exception failure) {
        if (failure.getMessage() != null) {
            return failure.getMessage();
        }
        Throwable cause = failure.getCause();
        return failure.getClass().getSimpleName() + (cause == null ? "" : " (" + cause + ")");
    }

    private synchronized void outcome(boolean failed, String text) {
        if (failed != failing) {
            failing = failed;
            say(text);
        }
    }

    private void say(String text) {
        out.asIs(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  " + text);
    }

    private static String text(Eligible now) {
        Decision decision = now.decision();
        if (decision instanceof Decision.Refuse refuse) {
            return "refused: " + refuse.why();
        }
        if (decision instanceof Decision.ClusterIp fallback) {
            return "to the ClusterIP: " + fallback.why();
        }
        return now.size() + " eligible: " + names(now.backends())
                + (now.ejected().isEmpty() ? "" : "; ejected: " + names(now.ejected()));
    }

    private static String names(List<Backend> backends) {
        return backends.stream()
                .map(backend -> backend.podName().orElse(backend.key().address()))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
