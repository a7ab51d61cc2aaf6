package dev.onehop.k8s;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines, whatever pieces it comes in. A line longer than the limit is refused before it is
 * kept (S-19).
 *
 * <p>Not thread-safe.
 */
final class JsonLines {

    private static final int FIRST_CAPACITY = 4096;

    /** Takes one line, without its end. The bytes are valid during the call only. */
    interface Reader {
        void line(byte[] bytes, int length) throws IOException;
    }

    private final int longest;
    private byte[] pending = new byte[FIRST_CAPACITY];
    private int length;

    JsonLines(int longest) {
        this.longest = longest;
    }

    /** Hands every line that these bytes complete to {@code reader}; empty lines are left out. */
    void add(ByteBuffer bytes, Reader reader) throws IOException {
        while (bytes.hasRemaining()) {
            int end = indexOfLineEnd(bytes);
            int size = (end < 0 ? bytes.limit() : end) - bytes.position();
            keep(bytes, size);
            if (end >= 0) {
                bytes.get();
                flush(reader);
            }
        }
    }

    /** Whether a line has begun and not ended. */
    boolean isHalfway() {
        return length > 0;
    }

    private void keep(ByteBuffer bytes, int size) throws IOException {
        if (size > longest - length) {
            throw TroubleException.garbled("a line of more than " + longest + " bytes");
        }
        if (size > pending.length - length) {
            int capacity = Math.max(length + size, (int) Math.min(longest, 2L * pending.length));
            pending = Arrays.copyOf(pending, capacity);
        }
        bytes.get(pending, length, size);
        length += size;
    }

    private void flush(Reader reader) throws IOException {
        int size = length > 0 && pending[length - 1] == '\r' ? length - 1 : length;
        length = 0;
        if (size > 0) {
            reader.line(pending, size);
        }
        if (pending.length > 64 * FIRST_CAPACITY) {
            pending = new byte[FIRST_CAPACITY];
        }
    }

    private static int indexOfLineEnd(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) == '\n') {
                return i;
            }
        }
        return -1;
    }
}
