package dev.onehop.http.jdk;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Redirects as the JDK's client follows them, done outside of it: there, they would be resolved against the pod's address.
 * What the JDK sends on to another host differs between versions; here it is what Java 25 does, so no credentials, cookies
 * or {@code Host} leave the Service.
 *
 * <p>Immutable.
 *
 * @param policy the wrapped client's
 * @param limit follows one redirect less than this, as the JDK does
 */
record Redirects(HttpClient.Redirect policy, int limit) {

    private static final Set<Integer> FOLLOWED = Set.of(301, 302, 303, 307, 308);
    private static final Set<String> OWN = Set.of("authorization", "cookie", "origin", "referer", "host");

    static Redirects as(HttpClient.Redirect policy) {
        return new Redirects(policy, Integer.getInteger("jdk.httpclient.redirects.retrylimit", 5));
    }

    /**
     * What to send next.
     *
     * @param followed how many redirects led to {@code request}
     * @return empty when the response is for the caller: no redirect, not to be followed, or leading nowhere
     */
    Optional<HttpRequest> next(HttpRequest request, int status, HttpHeaders headers, int followed) {
        if (policy == HttpClient.Redirect.NEVER || !FOLLOWED.contains(status) || followed + 1 >= limit) {
            return Optional.empty();
        }
        return headers.firstValue("Location")
                .flatMap(location -> resolved(request.uri(), location))
                .filter(to -> mayFollow(request.uri(), to))
                .map(to -> request(request, status, to));
    }

    private boolean mayFollow(URI from, URI to) {
        return policy == HttpClient.Redirect.ALWAYS
                || to.getScheme().equalsIgnoreCase(from.getScheme())
                || to.getScheme().equalsIgnoreCase("https");
    }

    private static HttpRequest request(HttpRequest from, int status, URI to) {
        boolean sameOrigin = to.getScheme().equalsIgnoreCase(from.uri().getScheme())
                && to.getHost().equalsIgnoreCase(from.uri().getHost())
                && PodForm.port(to) == PodForm.port(from.uri());
        HttpRequest.Builder next = HttpRequest.newBuilder(
                        from, (name, value) -> sameOrigin || !OWN.contains(name.toLowerCase(Locale.ROOT)))
                .uri(to);
        String method = method(status, from.method());
        if (method.equals(from.method()) && status != 303) {
            return next.build();
        }
        return method.equals("GET")
                ? next.GET().build()
                : next.method(method, BodyPublishers.noBody()).build();
    }

    private static String method(int status, String method) {
        if (status == 303) {
            return "GET";
        }
        return (status == 301 || status == 302) && method.equals("POST") ? "GET" : method;
    }

    private static Optional<URI> resolved(URI from, String location) {
        try {
            URI to = from.resolve(location);
            boolean http = "http".equalsIgnoreCase(to.getScheme()) || "https".equalsIgnoreCase(to.getScheme());
            return http && to.getHost() != null ? Optional.of(to) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
