package dev.onehop.http.contract;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The first record of a TLS connection, as it came, and the extensions in it (RFC 8446 4.1.2), by their numbers.
 *
 * <p>Immutable.
 */
record ClientHello(byte[] bytes, Set<Integer> extensions) {

    static final int SERVER_NAME = 0;
    static final int PRE_SHARED_KEY = 41;
    static final int EARLY_DATA = 42;

    private static final int RECORD_HEADER = 5;
    private static final int BEFORE_SESSION_ID = RECORD_HEADER + 4 + 2 + 32;

    static ClientHello read(DataInputStream in) throws IOException {
        var header = new byte[RECORD_HEADER];
        in.readFully(header);
        int length = ByteBuffer.wrap(header).getShort(RECORD_HEADER - 2);
        ByteBuffer hello = ByteBuffer.allocate(RECORD_HEADER + length).put(header);
        in.readFully(hello.array(), RECORD_HEADER, length);
        return new ClientHello(hello.array(), extensions(hello.position(BEFORE_SESSION_ID)));
    }

    private static Set<Integer> extensions(ByteBuffer at) {
        skip(at, at.get() & 0xff); // session
        skip(at, at.getShort() & 0xffff); // cipher suites
        skip(at, at.get() & 0xff); // compression
        int end = (at.getShort() & 0xffff) + at.position();
        Set<Integer> found = new HashSet<>();
        while (at.position() < end) {
            found.add(at.getShort() & 0xffff);
            skip(at, at.getShort() & 0xffff);
        }
        return found;
    }

    private static void skip(ByteBuffer at, int bytes) {
        at.position(at.position() + bytes);
    }

    @Override
    public String toString() {
        return extensions.stream().sorted().map(String::valueOf).collect(Collectors.joining(",", "ClientHello[", "]"));
    }
}
