package dev.onehop.http.socket;

import dev.onehop.Attempt;
import dev.onehop.health.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;

/**
 * What is said over one connection to a pod, of which only reads and writes are seen. Its attempt lasts as long as the
 * connection, so that the pod's load is known; how it went is known to this degree:
 *
 * <ul>
 *   <li>closed by the client, and something had come: succeeded. Nothing had come: abandoned, nothing is learnt.
 *   <li>reset, or ended by the pod without a word in answer: {@link Signal#RESET}. Where the pod is to speak first, it need
 *       not have been asked. But a reset after something was
 *       written to a connection that had been answered before may be the race of idle connections, where the pod closes
 *       as the client writes: {@link Signal#STALE_CONNECTION}, not held against it.
 * </ul>
 *
 * <p>Shared: safe from any thread. A read or write costs a plain field more.
 */
final class Conversation {

    private final Attempt attempt;
    private boolean asked;
    private boolean answered;
    private boolean waiting;

    /** @param podSpeaksFirst whether the protocol has the pod begin, so that its silence needs no question */
    Conversation(Attempt attempt, boolean podSpeaksFirst) {
        this.attempt = attempt;
        this.asked = podSpeaksFirst;
    }

    private void wrote() {
        asked = true;
        waiting = true;
    }

    /** @param n how much was read, -1 at the end; nothing where nothing was asked for, which tells nothing */
    private void read(int n) {
        if (n > 0) {
            answered = true;
            waiting = false;
        } else if (n < 0 && asked && !answered) {
            attempt.failed(Signal.RESET);
        }
    }

    /** Timeouts are the client's patience, which says little where its protocol is not known. */
    private IOException broken(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        if (failure instanceof SocketException && (text.contains("reset") || text.contains("Broken pipe"))) {
            attempt.failed(answered && waiting ? Signal.STALE_CONNECTION : Signal.RESET);
        }
        return failure;
    }

    /** The connection is closed. */
    void ended() {
        if (answered) {
            attempt.succeeded();
        } else {
            attempt.close();
        }
    }

    /** {@code in}, listened to; closing it closes {@code socket}. */
    InputStream hearing(InputStream in, LateSocket socket) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    int octet = in.read();
                    Conversation.this.read(octet < 0 ? -1 : 1);
                    return octet;
                } catch (IOException e) {
                    throw broken(e);
                }
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                try {
                    int n = in.read(bytes, from, length);
                    Conversation.this.read(n);
                    return n;
                } catch (IOException e) {
                    throw broken(e);
                }
            }

            @Override
            public int available() throws IOException {
                return in.available();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /** {@code out}, listened to; closing it closes {@code socket}. */
    OutputStream saying(OutputStream out, LateSocket socket) {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                wrote();
                try {
                    out.write(octet);
                } catch (IOException e) {
                    throw broken(e);
                }
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                wrote();
                try {
                    out.write(bytes, from, length);
                } catch (IOException e) {
                    throw broken(e);
                }
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }
}
