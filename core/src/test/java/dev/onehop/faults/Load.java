package dev.onehop.faults;

import dev.onehop.Attempt;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An open-loop load: small GETs, each on a connection of its own, that begin when they are due whether or not those before
 * have ended. Time counts from when a request was due, so nothing is left out that a slow one holds up.
 *
 * <p>Shared: safe from any thread.
 */
final class Load {

    private static final int CALLERS = 64;
    private static final int ANSWER_MILLIS = 5_000;
    private static final Pattern MILLIS = Pattern.compile(" after (\\d+) ms: ");

    private final Fleet fleet;
    private final long periodNanos;
    private final Duration timeout;
    private final long beganNanos = System.nanoTime();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger mostInFlight = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();
    private final Stalls stalls = Stalls.watched();

    private Load(Fleet fleet, int perSecond, Duration timeout) {
        this.fleet = fleet;
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.timeout = timeout;
        for (int i = 0; i < CALLERS; i++) {
            var caller = new Thread(this::call, "caller-" + i);
            caller.setDaemon(true);
            caller.start();
            callers.add(caller);
        }
    }

    /** Begins a load that goes on until {@link #end}; every call may take three seconds. */
    static Load of(Fleet fleet, int perSecond) {
        return of(fleet, perSecond, Duration.ofSeconds(3));
    }

    static Load of(Fleet fleet, int perSecond, Duration timeout) {
        return new Load(fleet, perSecond, timeout);
    }

    /** Lets it run for a while. */
    Load during(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        return this;
    }

    Load during(long millis) throws InterruptedException {
        return during(Duration.ofMillis(millis));
    }

    /** The time since it began. */
    long nanos() {
        return System.nanoTime() - beganNanos;
    }

    /**
     * Stops it, and waits for what is under way. Where this machine kept a thread from running for long, or for much of
     * the time, the test is skipped: then calls run out of their time whoever balances them.
     */
    Outcome end() throws InterruptedException {
        over.set(true);
        for (Thread caller : callers) {
            caller.join(TimeUnit.SECONDS.toMillis(30));
        }
        long took = nanos();
        stalls.close();
        stalls.assumeFit(Stalls.FAIR);
        return new Outcome(List.copyOf(calls), mostInFlight.get(), took, stalls.worst());
    }

    private void call() {
        while (!over.get()) {
            long due = next.getAndIncrement() * periodNanos;
            for (long wait = due - nanos(); wait > 0; wait = due - nanos()) {
                if (over.get()) {
                    return;
                }
                LockSupport.parkNanos(wait);
            }
            mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            Ending ending = request(due / periodNanos);
            inFlight.decrementAndGet();
            calls.add(new Call(due, nanos() - due, ending.failure(), ending.slowestDialMillis()));
        }
    }

    private Ending request(long number) {
        record Connection(Socket socket, Attempt attempt) implements AutoCloseable {
            @Override
            public void close() throws IOException {
                socket.close();
            }
        }
        Connection connection;
        try {
            connection = fleet.connect(timeout, (attempt, left) -> new Connection(fleet.dial(attempt, left), attempt));
        } catch (IOException | RuntimeException e) {
            return new Ending("connect: " + e, slowestDialMillis(e));
        }
        Attempt attempt = connection.attempt();
        try (Socket socket = connection.socket()) {
            socket.setSoTimeout(ANSWER_MILLIS);
            String request = "GET /" + number + " HTTP/1.1\r\nHost: api-service.shop\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = in.readLine();
            if (line == null) {
                throw new EOFException("EOF reached while reading");
            }
            if (!line.startsWith("HTTP/1.1 ")) {
                throw new IOException("not HTTP: " + line);
            }
            int status = Integer.parseInt(line.substring(9, 12));
            while (in.readLine() != null) {
                // to its end: the pod closes
            }
            attempt.answered(status, false);
            return new Ending(status == 200 ? "" : "status " + status, 0);
        } catch (IOException | RuntimeException e) {
            attempt.failed(e);
            return new Ending("answer: " + e, 0);
        } finally {
            fleet.hungUp(attempt);
        }
    }

    /** Read from what the error says of every dial. */
    private static long slowestDialMillis(Exception error) {
        return Arrays.stream(error.getSuppressed())
                .map(dial -> MILLIS.matcher(String.valueOf(dial.getMessage())))
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .max()
                .orElse(0);
    }

    /**
     * What went wrong, or empty; and the longest that a failed call's dials took, which is no pod's fault where it
     * refused.
     */
    private record Ending(String failure, long slowestDialMillis) {}

    /**
     * One request.
     *
     * @param dueNanos since the load began
     * @param failure what went wrong, or empty
     * @param slowestDialMillis the longest that a dial of a call took which did not get through
     */
    record Call(long dueNanos, long tookNanos, String failure, long slowestDialMillis) {}
}
