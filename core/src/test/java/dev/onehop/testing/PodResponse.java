package dev.onehop.testing;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link LoopbackPod} answers.
 *
 * <p>Immutable.
 *
 * @param status 100..999
 * @param headers besides {@code Content-Length}, unless {@link #stallingBefore}
 * @param body sent with its length
 */
public record PodResponse(int status, Map<String, String> headers, byte[] body) {

    private static final String CUT = "Cut";

    public PodResponse {
        headers = Map.copyOf(headers);
    }

    /** A plain text answer. */
    public static PodResponse of(int status, String text) {
        return new PodResponse(status, Map.of(), text.getBytes(StandardCharsets.UTF_8));
    }

    /** A redirect. */
    public static PodResponse redirect(int status, String location) {
        return of(status, "moved").with("Location", location);
    }

    /** The same, announcing {@code length} bytes: the body stops short, and the rest never comes. */
    public PodResponse stallingBefore(int length) {
        return with("Content-Length", String.valueOf(length));
    }

    /** The same, announcing {@code length} bytes: the connection is closed where the body stops short. */
    public PodResponse cutBefore(int length) {
        return stallingBefore(length).with(CUT, "yes");
    }

    /** Whether the connection is closed after the body. */
    boolean isCut() {
        return headers.containsKey(CUT);
    }

    /** The same with one more header. */
    public PodResponse with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new PodResponse(status, more, body);
    }
}
