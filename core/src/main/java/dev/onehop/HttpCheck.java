package dev.onehop;

import dev.onehop.service.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One plain HTTP/1.1 GET of a fixed path, with the Service as {@code Host}: 200 to 399 is well. Only the status line is
 * read; redirects are not followed, and no more than 4 kB are taken of whatever else comes (S-23).
 *
 * <p>Immutable.
 */
record HttpCheck(String path) implements Conversation {

    /** RFC 3986 path and query; no space, no control character, no fragment: nothing that could end the request line. */
    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9\\-._~!$&'()*+,;=:@%/?]{0,1023}");

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: [^\\r\\n]*)?\\r?\\n");
    private static final int MOST_BYTES = 4096;

    /** How long we wait for the end of an answer of which we know all we want to know. */
    private static final int MANNERS_MILLIS = 50;

    HttpCheck {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("path: '" + Printable.of(path)
                    + "' (expected: at most 1,024 characters of a URL's path and query, '/' first)");
        }
    }

    @Override
    public void hold(Socket socket, InetSocketAddress backend) throws IOException {
        socket.getOutputStream().write(request(backend).getBytes(StandardCharsets.US_ASCII));
        var head = new byte[MOST_BYTES];
        InputStream in = socket.getInputStream();
        int length = 0;
        while (!hasLine(head, length)) {
            int more = length == MOST_BYTES ? -1 : in.read(head, length, MOST_BYTES - length);
            if (more < 0) {
                throw new EOFException(length == 0 ? "closed without an answer" : "no HTTP/1.1 status line");
            }
            length += more;
        }
        int status = status(new String(head, 0, length, StandardCharsets.ISO_8859_1));
        if (status < 200 || status > 399) {
            throw new IOException("answered " + status);
        }
        awaitEnd(socket, head, length);
    }

    private String request(InetSocketAddress backend) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + backend.getHostString()
                + "\r\nUser-Agent: onehop-check\r\nConnection: close\r\n\r\n";
    }

    private static boolean hasLine(byte[] head, int length) {
        for (int i = 0; i < length; i++) {
            if (head[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    private static int status(String head) throws IOException {
        Matcher line = STATUS_LINE.matcher(head);
        if (!line.lookingAt()) {
            throw new IOException("no HTTP/1.1 status line");
        }
        return Integer.parseInt(line.group(1));
    }

    /** So that a server that has a little more to say does not find us gone and log that. */
    private static void awaitEnd(Socket socket, byte[] rest, int length) {
        try {
            socket.setSoTimeout(MANNERS_MILLIS);
            InputStream in = socket.getInputStream();
            int taken = length;
            int more = 0;
            while (more >= 0 && taken < MOST_BYTES) {
                more = in.read(rest, 0, MOST_BYTES - taken);
                taken += more;
            }
        } catch (IOException ignored) {
            // it has answered well
        }
    }

    @Override
    public String toString() {
        return "http " + path;
    }
}
