package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class CookiesAndCredentialsTest extends HttpFixture {

    private final List<String> asked = new ArrayList<>();

    @Test
    void cookiesBelongToTheServiceWhicheverPodSetThem() throws Exception {
        var cookies = new CookieManager();
        over(HttpClient.newBuilder().cookieHandler(cookies).build());
        pods.forEach(pod -> pod.answering(request -> pod.echo(request).with("Set-Cookie", "session=" + pod.name())));

        var first = get(SERVICE + "/");
        get(SERVICE + "/");

        assertThat(pods.get(1).request().header("cookie")).contains("session=" + first.body());
        assertThat(cookies.getCookieStore().get(URI.create(SERVICE)))
                .singleElement()
                .satisfies(cookie -> assertThat(cookie.getDomain()).startsWith("api-service.shop"));
    }

    @Test
    void theAuthenticatorIsAskedForTheServiceAndItsAnswerIsRemembered() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "pässword")).build());
        protect("Basic bWU6cMOkc3N3b3Jk");

        assertThat(get(SERVICE + "/a").statusCode()).isEqualTo(200);
        assertThat(get(SERVICE + "/b").statusCode()).isEqualTo(200);

        assertThat(asked).containsExactly("SERVER api-service.shop:80 the realm " + SERVICE + "/a");
        assertThat(pods.requests()).isEqualTo(3);
    }

    @Test
    void credentialsAreSentUnaskedOnlyBelowTheDirectoryThatAskedForThem() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "pässword")).build());
        protect("Basic bWU6cMOkc3N3b3Jk");
        assertThat(get(SERVICE + "/admin/users").statusCode()).isEqualTo(200);
        var sent = new ConcurrentLinkedQueue<String>();
        pods.forEach(pod -> pod.answering(request -> {
            request.header("authorization").ifPresent(password -> sent.add(request.path()));
            return pod.echo(request);
        }));

        for (String path :
                List.of("", "/", "/admin", "/administrators/x", "/orders", "/admin/../orders", "/x/admin/")) {
            assertThat(get(SERVICE + path).statusCode()).isEqualTo(200);
        }
        assertThat(sent).isEmpty();
        for (String path : List.of("/admin/", "/admin/roles", "/admin/users/7/", "/orders/../admin/x")) {
            assertThat(get(SERVICE + path).statusCode()).isEqualTo(200);
        }

        assertThat(sent).hasSize(4);
        assertThat(asked).hasSize(1);
    }

    @Test
    void credentialsThatAreRefusedFurtherDownAreAskedForAgain() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "pässword")).build());
        protect("Basic bWU6cMOkc3N3b3Jk");
        assertThat(get(SERVICE + "/admin/users").statusCode()).isEqualTo(200);
        protect("Bearer nobody");

        assertThat(get(SERVICE + "/admin/deep/down").statusCode()).isEqualTo(401);
        int before = pods.requests();
        asked.clear();
        protect("Basic bWU6cMOkc3N3b3Jk");
        assertThat(get(SERVICE + "/admin/users").statusCode()).isEqualTo(200);

        assertThat(pods.requests() - before).isEqualTo(2); // it was forgotten, so the first went without
        assertThat(asked).hasSize(1);
    }

    @Test
    void aQuestionsBodyThatStallsHoldsUpNothing() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "secret")).build());
        pods.forEach(
                pod -> pod.answering(request -> request.header("authorization").isPresent()
                        ? pod.echo(request)
                        : PodResponse.of(401, "who?")
                                .with("WWW-Authenticate", "Basic realm=\"x\"")
                                .stallingBefore(5_000_000)));
        var request = request(SERVICE + "/").timeout(Duration.ofSeconds(1)).build();

        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @Test
    void wrongCredentialsAreGivenUpAndTheRefusalIsTheCallers() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "wrong")).build());
        protect("Basic bWU6cMOkc3N3b3Jk");

        assertThat(get(SERVICE + "/").statusCode()).isEqualTo(401);

        assertThat(asked).hasSize(Credentials.MAX_ASKED);
    }

    @Test
    void theCallersOwnAuthorizationIsLeftAlone() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "wrong")).build());
        protect("Bearer token");
        var request =
                request(SERVICE + "/").header("Authorization", "Bearer token").build();

        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);

        assertThat(asked).isEmpty();
    }

    @Test
    void theAuthenticatorIsNeverAskedAsForAProxy() throws Exception {
        over(HttpClient.newBuilder().authenticator(answering("me", "secret")).build());
        pods.forEach(pod ->
                pod.answering(request -> PodResponse.of(407, "no").with("Proxy-Authenticate", "Basic realm=\"x\"")));

        assertThat(get(SERVICE + "/").statusCode()).isEqualTo(407);

        assertThat(asked).isEmpty();
        assertThat(pods.all().stream().flatMap(pod -> pod.requests().stream()))
                .allSatisfy(
                        seen -> assertThat(seen.header("proxy-authorization")).isEmpty());
    }

    private void protect(String expected) {
        pods.forEach(pod -> pod.answering(request -> isAuthorized(request, expected)
                ? pod.echo(request)
                : PodResponse.of(401, "who?")
                        .with(
                                "WWW-Authenticate",
                                "Digest realm=\"no\", Basic realm=\"the realm\", charset=\"UTF-8\"")));
    }

    private static boolean isAuthorized(PodRequest request, String expected) {
        return request.header("authorization").filter(expected::equals).isPresent();
    }

    private Authenticator answering(String user, String password) {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                asked.add(getRequestorType() + " " + getRequestingHost() + ":" + getRequestingPort() + " "
                        + getRequestingPrompt() + " " + getRequestingURL());
                return new PasswordAuthentication(user, password.toCharArray());
            }
        };
    }
}
