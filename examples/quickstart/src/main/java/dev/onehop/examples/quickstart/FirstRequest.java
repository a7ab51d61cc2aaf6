package dev.onehop.examples.quickstart;

import dev.onehop.explain.Explanation;
import dev.onehop.explain.Explanation.Candidate;
import dev.onehop.route.Route;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;

/**
 * One request, and the picture of the way it took.
 *
 * <p>Pure functions, apart from the request.
 */
final class FirstRequest {

    private static final int LONGEST_ANSWER = 95;

    private FirstRequest() {}

    /**
     * Sends it and draws.
     *
     * @throws IOException when it fails, or does not go to a backend
     */
    static void show(Terminal out, ServiceClient client) throws IOException, InterruptedException {
        Explanation before = client.balancer().explain();
        HttpResponse<String> response = client.get();
        Explanation after = client.balancer().explain();
        Candidate chosen = after.backends().stream()
                .filter(candidate -> candidate.started() > started(before.backends(), candidate))
                .findFirst()
                .orElseThrow(() -> new IOException("the request went to no backend: " + after.reason()));
        String answer = "HTTP " + response.statusCode() + " "
                + response.body().lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        PathPicture.draw(
                out,
                client.uri(),
                after,
                route(client),
                chosen,
                answer.length() > LONGEST_ANSWER ? answer.substring(0, LONGEST_ANSWER) + "..." : answer);
    }

    private static Route.Backends route(ServiceClient client) throws IOException {
        Route route = client.balancer().eligible().route().orElse(null);
        if (route instanceof Route.Backends backends) {
            return backends;
        }
        throw new IOException("the Service has no backends any more: " + route);
    }

    private static long started(List<Candidate> before, Candidate now) {
        return before.stream()
                .filter(candidate -> candidate.address().equals(now.address()))
                .mapToLong(Candidate::started)
                .findFirst()
                .orElse(0);
    }
}
