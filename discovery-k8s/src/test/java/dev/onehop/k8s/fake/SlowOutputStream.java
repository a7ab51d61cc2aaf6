package dev.onehop.k8s.fake;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Writes one byte at a time, each flushed and followed by a pause.
 *
 * <p>Serial: touched only by the thread that answers.
 */
final class SlowOutputStream extends FilterOutputStream {
    private final long pauseNanos;

    SlowOutputStream(OutputStream out, Duration perByte) {
        super(out);
        this.pauseNanos = perByte.toNanos();
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        out.flush();
        try {
            TimeUnit.NANOSECONDS.sleep(pauseNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("slow answer interrupted");
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }
}
