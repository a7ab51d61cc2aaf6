package dev.onehop.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection to a pod: requests without a body, one after the other.
 *
 * <p>Its own thread reads and answers; {@link #closeWhenIdle} and {@link #reset} are safe from any thread.
 */
final class PodConnection implements Runnable {

    private static final int IDLE_MILLIS = 60_000;

    private final PodServer server;
    private final Socket socket;
    private final Object lock = new Object();
    private boolean busy;

    PodConnection(PodServer server, Socket socket) {
        this.server = server;
        this.socket = socket;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(IDLE_MILLIS);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            boolean goOn = true;
            while (goOn) {
                String request = in.readLine();
                goOn = request != null && begin() && answered(request, in);
            }
        } catch (IOException e) {
            // The client has gone, or this pod has.
        } finally {
            server.ended(this);
        }
    }

    /** Closes now if no request is being answered; otherwise the connection ends with that answer. */
    void closeWhenIdle() {
        synchronized (lock) {
            if (!busy) {
                close();
            }
        }
    }

    /** Closes with a TCP reset, so that the client hears of it at once. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
        }
        close();
    }

    private boolean begin() {
        synchronized (lock) {
            busy = !socket.isClosed();
            return busy;
        }
    }

    /** Whether another request may follow. */
    private boolean answered(String request, BufferedReader in) throws IOException {
        String target = target(request);
        boolean last = target.endsWith("?close");
        @Nullable String header = in.readLine();
        while (header != null && !header.isEmpty()) {
            last |= header.equalsIgnoreCase("Connection: close");
            header = in.readLine();
        }
        PodServer.Answer answer = server.answer(target);
        last |= server.isStopping();
        String response = "HTTP/1.1 " + answer.status() + "\r\nContent-Type: application/json\r\nContent-Length: "
                + answer.body().length() + (last ? "\r\nConnection: close" : "") + "\r\n\r\n" + answer.body();
        socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return !last && end();
    }

    /** Path and query of a request line, whose URL may be a whole one: every HTTP/1.1 server has to take both forms. */
    private static String target(String request) {
        String[] words = request.split(" ", -1);
        return words.length < 2 ? "" : words[1].replaceFirst("^http://[^/]*", "");
    }

    private boolean end() {
        synchronized (lock) {
            busy = false;
            return !server.isStopping();
        }
    }

    private void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as closed as it can be.
        }
    }
}
