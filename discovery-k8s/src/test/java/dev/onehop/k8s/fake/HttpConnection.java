package dev.onehop.k8s.fake;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: requests one after the other, and the ways to end it properly or not.
 *
 * <p>Its thread only reads and answers; while a watch writes from a thread of its own, this one waits for the client to
 * leave or to send its next request.
 *
 * <p>Shared: {@link #end} is safe from any thread; everything else belongs to the connection's thread.
 */
final class HttpConnection implements Runnable {
    private static final int READ_MILLIS = 10_000;
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(10);

    private final Socket socket;
    private final @Nullable SSLContext tls;
    private final Api api;
    private final Runnable onClose;
    private final CountDownLatch closed = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init")
    private PushbackInputStream in;

    @SuppressWarnings("NullAway.Init")
    private OutputStream out;

    HttpConnection(Socket socket, @Nullable SSLContext tls, Api api, Runnable onClose) {
        this.socket = socket;
        this.tls = tls;
        this.api = api;
        this.onClose = onClose;
    }

    @Override
    public void run() {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_MILLIS);
            Socket stream = tls == null ? socket : secured(tls);
            in = new PushbackInputStream(new BufferedInputStream(stream.getInputStream()));
            out = new BufferedOutputStream(stream.getOutputStream());
            HttpReader reader = new HttpReader(in, out);
            boolean goOn = true;
            while (goOn && awaitByte(() -> false)) {
                goOn = api.serve(reader.read(), this);
            }
        } catch (IOException e) {
            // The client has gone or does not speak HTTP: nobody is left to tell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(Ending.CLOSE);
        }
    }

    /** Where answers go; with a pause, byte by byte. */
    OutputStream out(Duration pausePerByte) {
        return pausePerByte.isZero() ? out : new SlowOutputStream(out, pausePerByte);
    }

    /** Waits, unless the connection is closed meanwhile. */
    void pause(Duration duration) throws InterruptedException {
        closed.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the connection in this way; {@link Ending#CLEAN} and {@link Ending#HANG} leave it as it is. */
    void end(Ending ending) {
        if (ending == Ending.CLEAN || ending == Ending.HANG) {
            return;
        }
        closed.countDown();
        try {
            if (ending == Ending.RESET) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            // Closed all the same.
        }
        onClose.run();
    }

    /**
     * Waits for the first byte of the next request and leaves it unread; false when there will be none.
     *
     * @param patient while it says true, the connection may be idle for any time
     */
    boolean awaitByte(BooleanSupplier patient) {
        long idleSince = System.nanoTime();
        while (closed.getCount() > 0) {
            try {
                int next = in.read();
                if (next >= 0) {
                    in.unread(next);
                }
                return next >= 0;
            } catch (SocketTimeoutException e) {
                if (!patient.getAsBoolean() && System.nanoTime() - idleSince > LONGEST_IDLE.toNanos()) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return false;
    }

    private SSLSocket secured(SSLContext context) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory()
                .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
        secured.setUseClientMode(false);
        secured.startHandshake();
        return secured;
    }
}
