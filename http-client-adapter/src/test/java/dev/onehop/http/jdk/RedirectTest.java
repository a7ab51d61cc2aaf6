package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Backend;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodRequest;
import dev.onehop.testing.PodResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectTest extends HttpFixture {

    @Test
    void aRelativeRedirectIsFollowedOnTheServicesUrl() throws Exception {
        following(Redirect.NORMAL);
        answering(request -> request.path().equals("/old") ? PodResponse.redirect(302, "new?x=1") : null);

        var response = get(SERVICE + "/old");

        assertThat(response.uri()).isEqualTo(URI.create(SERVICE + "/new?x=1"));
        assertThat(response.request().uri()).isEqualTo(response.uri());
        assertThat(response.headers().firstValue("Seen-Host")).contains("api-service.shop");
        var previous = response.previousResponse().orElseThrow();
        assertThat(previous.statusCode()).isEqualTo(302);
        assertThat(previous.uri()).isEqualTo(URI.create(SERVICE + "/old"));
        assertThat(previous.body()).isNull();
        assertThat(previous.previousResponse()).isEmpty();
    }

    @Test
    void everyHopIsPickedAnew() throws Exception {
        following(Redirect.NORMAL);
        answering(request -> request.path().equals("/old") ? PodResponse.redirect(302, SERVICE + "/new") : null);

        var response = get(SERVICE + "/old");

        assertThat(pods).filteredOn(pod -> !pod.requests().isEmpty()).hasSize(2);
        assertThat(pods.named(response.body()).request().path()).isEqualTo("/new");
    }

    @Test
    void neverMeansThatTheRedirectIsTheCallers() throws Exception {
        answering(request -> PodResponse.redirect(302, "/new"));

        var response = get(SERVICE + "/old");

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.body()).isEqualTo("moved");
        assertThat(pods.requests()).isEqualTo(1);
    }

    @Test
    void aRedirectToAnotherHostLeavesOnehopWithoutItsHeaders() throws Exception {
        following(Redirect.NORMAL);
        LoopbackPod foreign = clusterIp();
        String elsewhere = "http://foreign.example:" + foreign.port() + "/there";
        answering(request -> PodResponse.redirect(307, elsewhere));
        var request = request(SERVICE + "/old")
                .header("Authorization", "Bearer secret")
                .header("Cookie", "session=secret")
                .header("Origin", SERVICE)
                .header("Referer", SERVICE + "/secret")
                .header("Trace", "kept")
                .POST(BodyPublishers.ofString("an order"))
                .build();

        var response = http.send(request, BodyHandlers.ofString());

        PodRequest seen = foreign.request();
        assertThat(seen.target()).isEqualTo("/there");
        assertThat(seen.host()).isEqualTo("foreign.example:" + foreign.port());
        assertThat(seen.headers()).doesNotContainKeys("authorization", "cookie", "origin", "referer");
        assertThat(seen.header("trace")).contains("kept");
        assertThat(response.body()).isEqualTo("an order");
        assertThat(response.uri()).isEqualTo(URI.create(elsewhere));
        assertThat(response.previousResponse().orElseThrow().uri()).isEqualTo(URI.create(SERVICE + "/old"));
    }

    @Test
    void aRedirectOntoAnAddressIsNotDialledThroughOnehop() throws Exception {
        following(Redirect.NORMAL);
        LoopbackPod literal = clusterIp();
        answering(request -> PodResponse.redirect(302, "http://" + literal.ip() + ":" + literal.port() + "/"));

        get(SERVICE + "/old");

        assertThat(literal.request().host()).isEqualTo(literal.ip() + ":" + literal.port());
        assertThat(literal.request().target()).isEqualTo("/");
    }

    @Test
    void aRedirectsBodyThatStallsHoldsUpNothing() throws Exception {
        following(Redirect.NORMAL);
        for (int length : new int[] {1000, 5_000_000}) {
            answering(request -> request.path().equals("/old")
                    ? PodResponse.redirect(302, "/new").stallingBefore(length)
                    : null);
            var request =
                    request(SERVICE + "/old").timeout(Duration.ofSeconds(1)).build();

            assertThat(http.send(request, BodyHandlers.ofString()).uri()).isEqualTo(URI.create(SERVICE + "/new"));
            assertThat(http.sendAsync(request, BodyHandlers.ofString()))
                    .succeedsWithin(SOON)
                    .satisfies(it -> assertThat(it.uri()).isEqualTo(URI.create(SERVICE + "/new")));
        }
        assertThat(total(Backend::succeeded)).isEqualTo(8);
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void aRedirectsLongBodyClosesItsConnectionAndAShortOneKeepsIt() throws Exception {
        following(Redirect.NORMAL);
        answering(request -> request.path().equals("/old")
                ? PodResponse.redirect(302, "/new").stallingBefore(5_000_000)
                : null);
        get(SERVICE + "/old");
        await().atMost(SOON).until(() -> pods.get(0).connections() == 0);

        answering(request -> request.path().equals("/old") ? PodResponse.redirect(302, "/new") : null);
        for (int i = 0; i < 6; i++) {
            get(SERVICE + "/old");
        }

        assertThat(pods.accepts()).isEqualTo(4);
    }

    @ParameterizedTest(name = "{0} {1} becomes {2}")
    @CsvSource({
        "301, POST, GET, false",
        "302, POST, GET, false",
        "303, POST, GET, false",
        "303, PUT, GET, false",
        "301, PUT, PUT, true",
        "302, PUT, PUT, true",
        "307, POST, POST, true",
        "308, POST, POST, true"
    })
    void methodsAreRewrittenAsTheJdkDoes(int status, String method, String then, boolean withBody) throws Exception {
        following(Redirect.NORMAL);
        answering(request -> request.path().equals("/old") ? PodResponse.redirect(status, "/new") : null);
        var request = request(SERVICE + "/old")
                .method(method, BodyPublishers.ofString("body"))
                .build();

        var response = http.send(request, BodyHandlers.ofString());

        assertThat(response.headers().firstValue("Seen-Line").orElseThrow()).startsWith(then + " ");
        if (withBody) {
            assertThat(response.body()).isEqualTo("body");
        } else {
            assertThat(response.body()).startsWith("pod-");
        }
    }

    @Test
    void asManyRedirectsAreFollowedAsTheJdkFollows() throws Exception {
        following(Redirect.ALWAYS);
        answering(request -> PodResponse.redirect(302, request.path() + "x"));
        var plain = HttpClient.newBuilder().followRedirects(Redirect.ALWAYS).build();
        String pod = "http://" + pods.get(0).ip() + ":" + pods.get(0).port();

        var ours = get(SERVICE + "/");
        var theirs = plain.send(request(pod + "/").build(), BodyHandlers.ofString());

        assertThat(ours.uri().getPath()).isEqualTo(theirs.uri().getPath());
        assertThat(ours.statusCode()).isEqualTo(theirs.statusCode());
    }

    @Test
    void aRedirectWithoutATargetIsTheCallers() throws Exception {
        following(Redirect.ALWAYS);
        answering(request -> PodResponse.redirect(302, "http://[not a url"));

        assertThat(get(SERVICE + "/").statusCode()).isEqualTo(302);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "http://API-Service.shop/new, true",
        "http://api-service.shop:80/new, true",
        "http://me@api-service.shop/new, true",
        "http://api-service.shop:81/new, false",
        "http://api.shop/new, false",
        "https://api-service.shop/new, false"
    })
    void headersAreKeptForTheSameHostAndPortHoweverWritten(String location, boolean kept) {
        var headers = HttpHeaders.of(Map.of("Location", List.of(location)), (name, value) -> true);
        var from = request(SERVICE + "/old").header("Authorization", "secret").build();

        var next = new Redirects(Redirect.NORMAL, 5).next(from, 302, headers, 0).orElseThrow();

        assertThat(next.headers().firstValue("Authorization").isPresent()).isEqualTo(kept);
    }

    @Test
    void httpsIsLeftForHttpOnlyWhenAlways() {
        var headers = HttpHeaders.of(Map.of("Location", List.of("http://foreign.example/")), (name, value) -> true);
        var secure = request("https://api-service.shop/").build();

        assertThat(new Redirects(Redirect.NORMAL, 5).next(secure, 302, headers, 0))
                .isEmpty();
        assertThat(new Redirects(Redirect.ALWAYS, 5).next(secure, 302, headers, 0))
                .isPresent();
        assertThat(new Redirects(Redirect.NORMAL, 5).next(secure, 304, headers, 0))
                .isEmpty();
    }

    @Test
    void asynchronousCallsAreRedirectedToo() {
        following(Redirect.NORMAL);
        answering(request -> request.path().equals("/old") ? PodResponse.redirect(302, "/new") : null);

        var response = http.sendAsync(request(SERVICE + "/old").build(), BodyHandlers.ofString());

        assertThat(response)
                .succeedsWithin(SOON)
                .satisfies(it -> assertThat(it.uri()).isEqualTo(URI.create(SERVICE + "/new")));
    }

    private void following(Redirect policy) {
        over(HttpClient.newBuilder().followRedirects(policy).build());
    }

    /** What {@code answer} says, or the usual where it says null. */
    private void answering(Function<PodRequest, PodResponse> answer) {
        pods.forEach(pod -> pod.answering(request -> {
            PodResponse said = answer.apply(request);
            return said == null ? pod.echo(request) : said;
        }));
    }
}
