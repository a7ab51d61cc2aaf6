package dev.onehop.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A pod on a loopback address: an HTTP/1.1 server on raw sockets that can fail in the ways pods do. By default it answers
 * 200 with its own name, or with the request's body when there is one, and says in headers what it saw: {@code Pod},
 * {@code Seen-Host}, {@code Seen-Line}, {@code Seen-Connection}.
 *
 * <p>Shared: safe from any thread. Faults take effect for connections accepted after the call, unless said otherwise.
 */
public final class LoopbackPod implements AutoCloseable {

    private static final int BACKLOG = 1024;
    private static final int SOON_MILLIS = 5_000;
    private static final int FULL_MILLIS = 150;

    private enum Behaviour {
        SERVE,
        RESET_ON_ACCEPT,
        RESET_ON_REQUEST,
        STALL
    }

    private final String name;
    private final InetSocketAddress address;
    private final AtomicInteger accepts = new AtomicInteger();
    private final Queue<PodRequest> requests = new ConcurrentLinkedQueue<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final List<Socket> fillers = new ArrayList<>();
    private volatile Behaviour behaviour = Behaviour.SERVE;
    private volatile Function<PodRequest, PodResponse> answer = this::echo;
    private volatile byte @Nullable [] garbage;
    private volatile boolean draining;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    /** The port from which {@link #awaitAccepted} connects; 0 while nobody waits. */
    private volatile int awaitedPort;

    private LoopbackPod(String name, InetSocketAddress address, ServerSocket listener) {
        this.name = name;
        this.address = address;
        this.listener = listener;
        this.acceptor = acceptFrom(listener);
    }

    /**
     * Starts a pod.
     *
     * @param port 0 for any free one
     * @throws IOException when the address or port cannot be bound
     */
    public static LoopbackPod start(String name, InetAddress address, int port) throws IOException {
        ServerSocket listener = listen(new InetSocketAddress(address, port), BACKLOG);
        return new LoopbackPod(name, new InetSocketAddress(address, listener.getLocalPort()), listener);
    }

    public String name() {
        return name;
    }

    public InetSocketAddress address() {
        return address;
    }

    /** {@code 127.1.2.3}. */
    public String ip() {
        return address.getAddress().getHostAddress();
    }

    public int port() {
        return address.getPort();
    }

    /** How many connections were accepted so far. */
    public int accepts() {
        return accepts.get();
    }

    /** How many connections are open now. */
    public int connections() {
        return open.size();
    }

    /** Every request read to its end so far. */
    public List<PodRequest> requests() {
        return List.copyOf(requests);
    }

    /** The only request so far. */
    public PodRequest request() {
        List<PodRequest> seen = requests();
        if (seen.size() != 1) {
            throw new IllegalStateException(name + " saw " + seen.size() + " requests (expected: 1)");
        }
        return seen.get(0);
    }

    /** Answers with what {@code answer} makes of a request, on open connections too. */
    public LoopbackPod answering(Function<PodRequest, PodResponse> answer) {
        this.answer = answer;
        this.garbage = null;
        return this;
    }

    /** Answers every request with these bytes and closes, on open connections too. */
    public LoopbackPod answeringGarbage(String text) {
        garbage = text.getBytes(StandardCharsets.ISO_8859_1);
        return this;
    }

    /** Reads requests and never answers, on open connections too. */
    public LoopbackPod stall() {
        behaviour = Behaviour.STALL;
        return this;
    }

    /** Accepts, and resets the connection at once. */
    public LoopbackPod resetAfterAccept() {
        behaviour = Behaviour.RESET_ON_ACCEPT;
        return this;
    }

    /** Reads a request and resets the connection, on open connections too. */
    public LoopbackPod resetAfterRequest() {
        behaviour = Behaviour.RESET_ON_REQUEST;
        return this;
    }

    /**
     * Waits until everybody is accepted whose connect the kernel has completed so far, by a connection of its own that
     * queues behind them, 5 s at most. Where the listener is closed with somebody in the queue, the kernel resets them.
     */
    public synchronized LoopbackPod awaitAccepted() {
        if (listener == null || !fillers.isEmpty()) {
            return this; // nobody is accepted here
        }
        try (var last = new Socket()) {
            last.bind(null);
            awaitedPort = last.getLocalPort();
            last.connect(address, SOON_MILLIS);
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SOON_MILLIS);
            while (awaitedPort != 0 && System.nanoTime() - until < 0) {
                LockSupport.parkNanos(100_000);
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the listener: new connects are refused. Open connections are served on. */
    public synchronized LoopbackPod refuse() {
        stopListening();
        return this;
    }

    /** Stops answering SYNs, like a node that is gone: new connects time out. Open connections are served on. */
    public synchronized LoopbackPod blackHole() {
        stopListening();
        try {
            ServerSocket full = listen(address, 1);
            listener = full;
            while (fillers.size() < 16) {
                var filler = new Socket();
                fillers.add(filler);
                filler.connect(address, FULL_MILLIS);
            }
            throw new IllegalStateException("16 connections and the accept queue of " + address + " is not full");
        } catch (SocketTimeoutException full) {
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends every fault and listens again on the same address and port. */
    public synchronized LoopbackPod comeBack() {
        behaviour = Behaviour.SERVE;
        draining = false;
        if (listener == null || !fillers.isEmpty()) {
            stopListening();
            try {
                listener = listen(address, BACKLOG);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            acceptor = acceptFrom(listener);
        }
        return this;
    }

    /** Closes the connections on which no request is being answered. */
    public LoopbackPod closeIdle() {
        open.forEach(Connection::closeIfIdle);
        return this;
    }

    /** As a well-behaved pod on SIGTERM: refuses new connects, answers what is in flight, closes. Does not wait. */
    public LoopbackPod stopGracefully() {
        draining = true;
        refuse();
        return closeIdle();
    }

    /** As on SIGKILL: refuses new connects and resets every open connection. */
    public LoopbackPod kill() {
        refuse();
        open.forEach(Connection::reset);
        return this;
    }

    @Override
    public void close() {
        kill();
    }

    /** {@code pod-1 127.1.2.3:8080}. */
    @Override
    public String toString() {
        return name + " " + ip() + ":" + port();
    }

    /** The default answer to {@code request}. */
    public PodResponse echo(PodRequest request) {
        byte[] body = request.body().length > 0 ? request.body() : name.getBytes(StandardCharsets.UTF_8);
        return new PodResponse(200, Map.of(), body)
                .with("Pod", name)
                .with("Seen-Host", request.host())
                .with("Seen-Line", request.line())
                .with("Seen-Connection", String.valueOf(request.connection()));
    }

    private void stopListening() {
        fillers.forEach(LoopbackPod::reset);
        fillers.clear();
        ServerSocket old = listener;
        listener = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        awaitAcceptor();
    }

    /** The port is free only when nobody sits in accept any more. */
    private void awaitAcceptor() {
        Thread old = acceptor;
        acceptor = null;
        try {
            if (old != null) {
                old.join(SOON_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ServerSocket listen(InetSocketAddress address, int backlog) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address, backlog);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private Thread acceptFrom(ServerSocket from) {
        return daemon(name + "-accept", () -> {
            while (!from.isClosed()) {
                try {
                    accepted(from.accept());
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    private void accepted(Socket socket) {
        if (socket.getPort() == awaitedPort) {
            awaitedPort = 0;
            hangUp(socket);
            return;
        }
        int number = accepts.incrementAndGet();
        if (behaviour == Behaviour.RESET_ON_ACCEPT) {
            reset(socket);
            return;
        }
        var connection = new Connection(socket, number);
        open.add(connection);
        daemon(name + "-" + number, connection);
    }

    private static Thread daemon(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void hangUp(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // closed already, which is what was wanted
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException gone) {
            // closed already, which is what was wanted
        }
    }

    /** One accepted connection, served by its own thread until either side closes it. */
    private final class Connection implements Runnable {

        private final Socket socket;
        private final int number;
        private volatile boolean busy;

        Connection(Socket socket, int number) {
            this.socket = socket;
            this.number = number;
        }

        @Override
        public void run() {
            try (socket) {
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream());
                PodRequest request = read(in);
                while (request != null && respond(request, out)) {
                    busy = false;
                    request = draining ? null : read(in);
                }
            } catch (IOException gone) {
                // the client went away or we reset the connection
            } finally {
                open.remove(this);
            }
        }

        void closeIfIdle() {
            if (!busy) {
                try {
                    socket.shutdownOutput();
                    socket.close();
                } catch (IOException gone) {
                    // closed already
                }
            }
        }

        void reset() {
            LoopbackPod.reset(socket);
        }

        /** Answers; returns whether the connection stays. */
        private boolean respond(PodRequest request, OutputStream out) throws IOException {
            requests.add(request);
            if (behaviour == Behaviour.STALL) {
                awaitEnd();
                return false;
            }
            if (behaviour == Behaviour.RESET_ON_REQUEST) {
                reset();
                return false;
            }
            byte[] raw = garbage;
            if (raw != null) {
                out.write(raw);
                out.flush();
                return false;
            }
            PodResponse response = answer.apply(request);
            boolean last = draining || request.header("connection").orElse("").equalsIgnoreCase("close");
            var head = new StringBuilder("HTTP/1.1 " + response.status() + " Said\r\n");
            response.headers()
                    .forEach((name, value) ->
                            head.append(name).append(": ").append(value).append("\r\n"));
            boolean bodiless = response.status() == 204 || response.status() == 304;
            boolean stalls = response.headers().containsKey("Content-Length");
            if (!bodiless && !stalls) {
                head.append("Content-Length: ").append(response.body().length).append("\r\n");
            }
            head.append(last ? "Connection: close\r\n\r\n" : "\r\n");
            out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            if (!bodiless && !request.method().equals("HEAD")) {
                out.write(response.body());
            }
            out.flush();
            if (stalls && !response.isCut()) {
                awaitEnd();
            }
            return !last && !stalls;
        }

        private void awaitEnd() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // whatever else is sent is of no interest
            }
        }

        private @Nullable PodRequest read(InputStream in) throws IOException {
            String line = line(in);
            if (line == null) {
                return null;
            }
            if (!line.contains(" HTTP/1.")) {
                throw new IOException("not HTTP"); // a TLS handshake, most likely
            }
            busy = true;
            Map<String, List<String>> headers = new LinkedHashMap<>();
            for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
                int colon = header.indexOf(':');
                if (colon < 0) {
                    throw new IOException("not a header: " + header);
                }
                headers.computeIfAbsent(
                                header.substring(0, colon).trim().toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                        .add(header.substring(colon + 1).trim());
            }
            socket.setSoTimeout(SOON_MILLIS); // within a request, silence is a broken client
            byte[] body = body(in, headers);
            socket.setSoTimeout(0);
            return new PodRequest(line, headers, body, number);
        }

        private byte[] body(InputStream in, Map<String, List<String>> headers) throws IOException {
            if (headers.containsKey("transfer-encoding")) {
                var all = new ByteArrayOutputStream();
                int size = chunk(in);
                while (size > 0) {
                    all.write(in.readNBytes(size));
                    line(in);
                    size = chunk(in);
                }
                line(in);
                return all.toByteArray();
            }
            List<String> length = headers.get("content-length");
            return length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length.get(0)));
        }

        private static int chunk(InputStream in) throws IOException {
            String size = line(in);
            return size == null ? 0 : Integer.parseInt(size.trim(), 16);
        }

        /** A line without its end; null at the end of the stream. */
        private static @Nullable String line(InputStream in) throws IOException {
            var line = new ByteArrayOutputStream();
            int next = in.read();
            if (next < 0) {
                return null;
            }
            while (next >= 0 && next != '\n') {
                if (next != '\r') {
                    line.write(next);
                }
                next = in.read();
            }
            return line.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
