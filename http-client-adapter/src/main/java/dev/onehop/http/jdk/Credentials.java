package dev.onehop.http.jdk;

import java.net.Authenticator;
import java.net.Authenticator.RequestorType;
import java.net.MalformedURLException;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The wrapped client's authenticator, asked on the Service's URL: it is the Service that wants to know, never a "proxy".
 * Basic only, like the JDK's client. What worked is remembered and sent at once next time, but only to the same Service
 * and to paths in the directory of the one that asked, or below it (RFC 7617 2.2).
 *
 * <p>Shared: safe from any thread.
 */
final class Credentials {

    /** How often one call asks, as in the JDK. */
    static final int MAX_ASKED = 3;

    private static final Pattern BASIC =
            Pattern.compile("(?:^|,)\\s*basic\\s.*?realm\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\"", Pattern.CASE_INSENSITIVE);

    /** Directories of all Services; those that ask when it is full are asked about each time. */
    private static final int MAX_REMEMBERED = 1_000;

    private final Optional<Authenticator> authenticator;

    /** By origin and directory. */
    private final Map<String, String> known = new ConcurrentHashMap<>();

    Credentials(Optional<Authenticator> authenticator) {
        this.authenticator = authenticator;
    }

    /** What to send with {@code request} without being asked; null for nothing. */
    @Nullable String known(HttpRequest request) {
        if (!mayAdd(request) || known.isEmpty()) {
            return null;
        }
        String path = directory(request.uri());
        String origin = origin(request);
        String found = known.get(origin + path);
        while (found == null && path.length() > 1) {
            path = path.substring(0, path.lastIndexOf('/', path.length() - 2) + 1);
            found = known.get(origin + path);
        }
        return found;
    }

    /**
     * What to send after a 401; null when the response is for the caller.
     *
     * @param asked how often this call has asked already
     */
    @Nullable String answer(HttpRequest request, HttpHeaders headers, int asked) {
        if (!mayAdd(request) || asked >= MAX_ASKED) {
            return null;
        }
        for (String challenge : headers.allValues("WWW-Authenticate")) {
            Matcher basic = BASIC.matcher(challenge);
            if (basic.find()) {
                boolean utf8 =
                        challenge.toLowerCase(Locale.ROOT).replace(" ", "").contains("charset=\"utf-8\"");
                return ask(request.uri(), basic.group(1), utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
            }
        }
        return null;
    }

    /** Remembers or forgets what was sent, by how it went. */
    void learn(HttpRequest request, @Nullable String sent, int status) {
        if (sent == null) {
            return;
        }
        if (status == 401) {
            String url = origin(request) + directory(request.uri());
            known.entrySet().removeIf(each -> url.startsWith(each.getKey()) && sent.equals(each.getValue()));
        } else if (!sent.equals(known(request)) && known.size() < MAX_REMEMBERED) {
            known.put(origin(request) + directory(request.uri()), sent);
        }
    }

    /** The path up to its last slash, dots resolved. */
    private static String directory(URI uri) {
        String path = uri.normalize().getRawPath();
        return path == null || path.isEmpty() ? "/" : path.substring(0, path.lastIndexOf('/') + 1);
    }

    /** Whom credentials are for; what was told over TLS is not for those who ask in the clear. */
    private static String origin(HttpRequest request) {
        return (PodForm.isHttps(request.uri()) ? "https://" : "http://")
                + request.uri().getRawAuthority();
    }

    private boolean mayAdd(HttpRequest request) {
        return authenticator.isPresent()
                && request.headers().firstValue("Authorization").isEmpty();
    }

    private @Nullable String ask(URI uri, String realm, Charset charset) {
        PasswordAuthentication answer;
        try {
            answer = authenticator
                    .orElseThrow()
                    .requestPasswordAuthenticationInstance(
                            uri.getHost(),
                            null,
                            PodForm.port(uri),
                            PodForm.isHttps(uri) ? "https" : "http",
                            realm,
                            "Basic",
                            uri.toURL(),
                            RequestorType.SERVER);
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
        if (answer == null) {
            return null;
        }
        String pair = answer.getUserName() + ":" + new String(answer.getPassword());
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(charset));
    }
}
