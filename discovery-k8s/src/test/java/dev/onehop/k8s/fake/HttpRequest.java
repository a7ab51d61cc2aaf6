package dev.onehop.k8s.fake;

import java.util.Map;

/**
 * One request as it came off the wire: header names in lower case, the body complete, chunks joined.
 *
 * <p>Immutable.
 */
record HttpRequest(String method, String path, String rawQuery, Map<String, String> headers, byte[] body) {

    /** The header's value, or an empty string when it was not sent. */
    String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }

    boolean keepAlive() {
        return !header("connection").equalsIgnoreCase("close");
    }
}
