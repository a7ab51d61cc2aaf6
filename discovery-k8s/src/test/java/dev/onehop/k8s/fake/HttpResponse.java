package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;

/**
 * One answer with a complete body; watches, which have none, only use its head.
 *
 * <p>Immutable.
 */
record HttpResponse(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NONE = {};

    static HttpResponse json(int status, JsonNode body) {
        return of(status, "application/json", Json.bytes(body));
    }

    static HttpResponse text(int status, String body) {
        return of(status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    static HttpResponse of(int status, String contentType, byte[] body) {
        return new HttpResponse(status, Map.of("Content-Type", contentType), body);
    }

    /** The head of an answer whose body is written in chunks until the watch ends. */
    static HttpResponse chunked() {
        return new HttpResponse(200, Map.of("Content-Type", "application/json", "Transfer-Encoding", "chunked"), NONE);
    }

    HttpResponse withHeaders(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        all.putAll(more);
        return new HttpResponse(status, all, body);
    }

    byte[] head(boolean keepAlive) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(phrase())
                .append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!headers.containsKey("Transfer-Encoding")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("Cache-Control: no-cache, private\r\n");
        head.append("Date: ").append(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        head.append(keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        return head.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private String phrase() {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 429 -> "Too Many Requests";
            case 503 -> "Service Unavailable";
            default -> "Status";
        };
    }
}
