package dev.onehop.testing;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a {@link LoopbackPod} saw it on the wire.
 *
 * <p>Immutable.
 *
 * @param line the request line as sent: {@code GET /path HTTP/1.1}
 * @param headers by lower-case name, in order of arrival
 * @param body decoded, without its chunks
 * @param connection on which connection it came, counted from 1
 */
public record PodRequest(String line, Map<String, List<String>> headers, byte[] body, int connection) {

    public String method() {
        return line.substring(0, line.indexOf(' '));
    }

    /** The request target as sent: a path, or a whole URL in absolute form. */
    public String target() {
        return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
    }

    /** The target's path and query, whichever form it came in. */
    public String path() {
        String target = target();
        if (target.startsWith("/")) {
            return target;
        }
        int slash = target.indexOf('/', target.indexOf("//") + 2);
        return slash < 0 ? "/" : target.substring(slash);
    }

    /** The first value of a header, in any case. */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                .findFirst();
    }

    /** The {@code Host} header, or the empty string. */
    public String host() {
        return header("host").orElse("");
    }
}
