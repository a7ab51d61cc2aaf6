package dev.onehop.k8s.chaos;

import dev.onehop.Attempt;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection.Kind;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An open loop of small GETs, each on a connection of its own, that begin when they are due whether or not those before have
 * ended; and the history of what became of each dial. A caller may send a GET again, to whomever {@code connect} gives it,
 * until its time is over: an idempotent request is the caller's to repeat, not Onehop's.
 *
 * <p>Shared: safe from any thread.
 */
final class Callers {

    private static final int THREADS = 64;
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration REPLAYED = Duration.ofSeconds(10);

    private final LiveCluster cluster;
    private final long periodNanos;
    private final int answerMillis;
    private final boolean replays;
    private final long beganNanos = System.nanoTime();
    private final AtomicInteger next = new AtomicInteger();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Dial> dials = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> broken = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    /**
     * A GET.
     *
     * @param tookNanos since it was due
     * @param requests how many times it was sent or was to be sent
     * @param unconnected how many of those found nobody to connect to
     * @param failure what went wrong in the end, or empty
     */
    record Call(long dueNanos, long tookNanos, int requests, int unconnected, String failure) {}

    /**
     * One connect to a pod.
     *
     * @param pickedAfterNanos by {@link System#nanoTime}: the pod was picked later than this
     */
    record Dial(String uid, long pickedAfterNanos, boolean failover) {}

    private Callers(LiveCluster cluster, int perSecond, Duration answer, boolean replays) {
        this.cluster = cluster;
        this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.answerMillis = (int) answer.toMillis();
        this.replays = replays;
        for (int i = 0; i < THREADS; i++) {
            var thread = new Thread(this::run, "caller-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** Begins: every request is sent once, and its answer may take five seconds. */
    static Callers once(LiveCluster cluster, int perSecond) {
        return new Callers(cluster, perSecond, Duration.ofSeconds(5), false);
    }

    /** Begins: whoever gets no good answer within {@code answer} asks again, for ten seconds. */
    static Callers replaying(LiveCluster cluster, int perSecond, Duration answer) {
        return new Callers(cluster, perSecond, answer, true);
    }

    /** Stops, and waits for what is under way. */
    History end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        }
        return new History(List.copyOf(calls), List.copyOf(dials), List.copyOf(broken), nanos());
    }

    private long nanos() {
        return System.nanoTime() - beganNanos;
    }

    private void run() {
        long seen = -1;
        while (!over) {
            long due = next.getAndIncrement() * periodNanos;
            for (long wait = due - nanos(); wait > 0; wait = due - nanos()) {
                if (over) {
                    return;
                }
                LockSupport.parkNanos(wait);
            }
            long version = cluster.api.eligible().version();
            if (version < seen) {
                broken.add("version " + version + " after " + seen + " on one thread");
            }
            seen = version;
            calls.add(call(due));
        }
    }

    private Call call(long due) {
        int requests = 0;
        int unconnected = 0;
        String failure;
        do {
            requests++;
            failure = request(due / periodNanos);
            unconnected += failure.startsWith("connect: ") ? 1 : 0;
        } while (replays && !failure.isEmpty() && nanos() - due < REPLAYED.toNanos());
        return new Call(due, nanos() - due, requests, unconnected, failure);
    }

    private String request(long number) {
        record Connection(Socket socket, Attempt attempt) {}
        Connection connection;
        Way way = new Way();
        try {
            connection =
                    cluster.api.connect(CONNECT, (attempt, left) -> new Connection(way.dial(attempt, left), attempt));
        } catch (IOException | RuntimeException e) {
            return "connect: " + e;
        }
        Attempt attempt = connection.attempt();
        try (Socket socket = connection.socket()) {
            socket.setSoTimeout(answerMillis);
            String request = "GET /" + number + " HTTP/1.1\r\nHost: api-service.shop\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String line = in.readLine();
            if (line == null) {
                throw new EOFException("EOF reached while reading");
            }
            int status = Integer.parseInt(line.substring(9, 12));
            while (in.readLine() != null) {
                // to its end: the pod closes
            }
            attempt.answered(status, false);
            return status == 200 ? "" : "status " + status;
        } catch (IOException | RuntimeException e) {
            attempt.failed(e);
            return "answer: " + e;
        }
    }

    /** One call of {@code connect}, dial by dial. */
    private final class Way {

        private final Eligible before = cluster.api.eligible();
        private long pickedAfterNanos = System.nanoTime();
        private boolean failover;

        Socket dial(Attempt attempt, Duration left) throws IOException {
            Backend pod = attempt.backend()
                    .orElseThrow(() -> new ConnectException("to the ClusterIP: " + attempt.fallback()));
            dials.add(new Dial(String.valueOf(pod.key().podUid()), pickedAfterNanos, failover));
            if (!failover && cluster.api.eligible() == before) {
                notOut(pod);
            }
            failover = true;
            try {
                return cluster.doors.dial(attempt.address(), left);
            } finally {
                pickedAfterNanos = System.nanoTime();
            }
        }

        /** P-4: whoever is out for refusing is not picked first, and whoever is out for bad answers only on trial. */
        private void notOut(Backend pod) {
            before.ejection(pod)
                    .filter(ejection -> !before.contains(pod))
                    .filter(ejection -> ejection.kind() == Kind.HARD || !ejection.onTrial())
                    .ifPresent(ejection -> broken.add("P-4: picked " + pod + ", which is out: " + ejection));
        }
    }
}
