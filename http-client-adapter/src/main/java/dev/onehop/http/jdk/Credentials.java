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
 * Basic only, like the JDK's client. What worked is remembered per Service and sent at once next time.
 *
 * <p>Shared: safe from any thread.
 */
final class Credentials {

    /** How often one call asks, as in the JDK. */
    static final int MAX_ASKED = 3;

    private static final Pattern BASIC =
            Pattern.compile("(?:^|,)\\s*basic\\s.*?realm\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\"", Pattern.CASE_INSENSITIVE);

    private final Optional<Authenticator> authenticator;
    private final Map<String, String> known = new ConcurrentHashMap<>();

    Credentials(Optional<Authenticator> authenticator) {
        this.authenticator = authenticator;
    }

    /** What to send with {@code request} without being asked; null for nothing. */
    @Nullable String known(HttpRequest request) {
        return mayAdd(request) ? known.get(origin(request)) : null;
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
        if (sent != null && status == 401) {
            known.remove(origin(request), sent);
        } else if (sent != null) {
            known.put(origin(request), sent);
        }
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
