package dev.onehop.k8s.fake;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a fault meets; each method that says what happens to them arms the fault.
 *
 * <p>Made by {@link Faults#on}. Without {@link #times} a fault stays until {@link Faults#clear}. When several faults
 * meet a request, their effects add up; of two of the same kind the one armed first acts.
 *
 * <p>Immutable.
 */
public final class FaultPoint {
    private final @Nullable Verb verb;
    private final @Nullable ApiResource resource;
    private final int passing;
    private final int times;
    private final Consumer<ArmedFault> armed;

    FaultPoint(
            @Nullable Verb verb, @Nullable ApiResource resource, int passing, int times, Consumer<ArmedFault> armed) {
        this.verb = verb;
        this.resource = resource;
        this.passing = passing;
        this.times = times;
        this.armed = armed;
    }

    /** Lets the first so many requests pass unharmed, such as the first page of a list (expected: 0 or more). */
    public FaultPoint after(int requests) {
        if (requests < 0) {
            throw new IllegalArgumentException("after: " + requests + " (expected: 0 or more)");
        }
        return new FaultPoint(verb, resource, requests, times, armed);
    }

    /** Limits the fault to the next so many requests (expected: 1 or more). */
    public FaultPoint times(int requests) {
        if (requests < 1) {
            throw new IllegalArgumentException("times: " + requests + " (expected: 1 or more)");
        }
        return new FaultPoint(verb, resource, passing, requests, armed);
    }

    /** Answers the real Status body of this HTTP status (the code is not checked); 429 carries {@code Retry-After: 1}. */
    public void fail(int status) {
        arm(new Effect.Fail(status));
    }

    /** Answers 429 with this many seconds in Retry-After. */
    public void tooManyRequests(int retryAfterSeconds) {
        retryLater(429, retryAfterSeconds);
    }

    /** Answers 503 with this many seconds in Retry-After. */
    public void unavailable(int retryAfterSeconds) {
        retryLater(503, retryAfterSeconds);
    }

    /** Answers anything at all; headers may replace the Content-Type, which is {@code text/plain}. */
    public void answer(int status, String body, Map<String, String> headers) {
        HttpResponse response = HttpResponse.of(status, "text/plain", body.getBytes(StandardCharsets.UTF_8));
        arm(new Effect.Answer(response.withHeaders(headers)));
    }

    /** Answers later than it could. */
    public void delay(Duration by) {
        arm(new Effect.Delay(by));
    }

    /** Writes this part of the body (0.0 to 1.0) under the Content-Length of all of it, then stops; not for watches. */
    public void cutBody(double part, Ending ending) {
        if (!(part >= 0 && part <= 1)) {
            throw new IllegalArgumentException("part: " + part + " (expected: 0.0..1.0)");
        }
        arm(new Effect.Cut(part, ending));
    }

    /** Writes head and body, or all of a watch, one byte at a time with this pause between them. */
    public void slowly(Duration perByte) {
        arm(new Effect.Slow(perByte));
    }

    /** Ends the connection in place of an answer. */
    public void drop(Ending ending) {
        arm(new Effect.Drop(ending));
    }

    /** Accepts a watch with status 200 and ends it cleanly with nothing in it; other requests are not met. */
    public void endWatchAtOnce() {
        arm(new Effect.EndAtOnce());
    }

    private void retryLater(int status, int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("retryAfterSeconds: " + seconds + " (expected: 0 or more)");
        }
        String reason = status == 429 ? "TooManyRequests" : "ServiceUnavailable";
        var body = Json.object().put("kind", "Status").put("apiVersion", "v1");
        body.putObject("metadata");
        body.put("status", "Failure").put("message", "please try again later").put("reason", reason);
        body.putObject("details").put("retryAfterSeconds", seconds);
        body.put("code", status);
        HttpResponse response = HttpResponse.json(status, body);
        arm(new Effect.Answer(response.withHeaders(Map.of("Retry-After", Integer.toString(seconds)))));
    }

    private void arm(Effect effect) {
        Verb on = effect instanceof Effect.EndAtOnce ? Verb.WATCH : verb;
        armed.accept(new ArmedFault(on, resource, passing, times, effect));
    }
}
