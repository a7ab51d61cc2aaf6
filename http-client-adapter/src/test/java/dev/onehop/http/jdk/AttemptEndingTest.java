package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Backend;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Every attempt ends once, however its request does. */
class AttemptEndingTest extends HttpFixture {

    @Test
    void aStreamedBodyHoldsTheAttemptUntilItIsRead() throws Exception {
        String text = "x".repeat(5_000_000);
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, text)));

        try (var body = http.send(request(SERVICE + "/").build(), BodyHandlers.ofInputStream())
                .body()) {
            assertThat(total(Backend::inFlight)).isEqualTo(1);
            assertThat(body.readAllBytes()).hasSize(text.length());
        }

        assertThat(total(Backend::inFlight)).isZero();
        assertThat(total(Backend::succeeded)).isEqualTo(1);
    }

    @Test
    void aStreamedBodyThatIsClosedEarlyIsAbandoned() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, "x".repeat(5_000_000))));

        http.send(request(SERVICE + "/").build(), BodyHandlers.ofInputStream())
                .body()
                .close();

        await().atMost(SOON).until(() -> total(Backend::inFlight) == 0);
        assertThat(total(Backend::abandoned)).isEqualTo(1);
    }

    @Test
    void responsesWithoutABodyEndTheirAttemptToo() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(204, "")));

        get(SERVICE + "/");
        http.send(request(SERVICE + "/").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.discarding());

        assertThat(total(Backend::succeeded)).isEqualTo(2);
        assertThat(total(Backend::inFlight)).isZero();
    }

    @Test
    void aPodThatAnswers503IsSetAsideAfterFiveOfThem() throws Exception {
        LoopbackPod sick = pods.get(0);
        sick.answering(request -> PodResponse.of(503, "cannot"));
        for (int i = 0; i < 1_000 && balancer().eligible().ejected().isEmpty(); i++) {
            get(SERVICE + "/");
        }

        // Five, and those sent while the verdict was on its way: how many that are depends on how fast the machine is.
        assertThat(balancer().eligible().ejected()).hasSize(1);
        assertThat(sick.requests()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(total(Backend::failed)).isEqualTo(sick.requests().size());
        int before = sick.requests().size();
        for (int i = 0; i < 300; i++) {
            get(SERVICE + "/");
        }
        assertThat(sick.requests()).hasSize(before);
    }

    @Test
    void aPodThatAsksForLessIsNotBlamed() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(429, "later")));

        for (int i = 0; i < 20; i++) {
            get(SERVICE + "/");
        }

        assertThat(onehop.balancer("api-service.shop:80").eligible().ejected()).isEmpty();
    }

    @Test
    void aPodThatNamesATimeGetsLessUntilItIsOver() throws Exception {
        LoopbackPod busy = pods.get(0);
        busy.answering(request -> PodResponse.of(429, "later").with("Retry-After", "30"));
        await().atMost(SOON).until(() -> {
            get(SERVICE + "/");
            return onehop.balancer("api-service.shop:80").eligible().isRamping();
        });
        int before = busy.requests().size();

        for (int i = 0; i < 150; i++) {
            get(SERVICE + "/");
        }

        // A tenth of a third of 150 is 5; a fair share would be 50.
        assertThat(busy.requests().size() - before).isLessThan(20);
    }

    @Test
    void cancellingAbandonsTheAttemptAndClosesTheConnection() {
        pods.forEach(LoopbackPod::stall);
        var response = http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString());
        await().atMost(SOON).until(() -> pods.requests() == 1);

        response.cancel(true);

        assertThatThrownBy(response::join).isInstanceOf(CancellationException.class);
        await().atMost(SOON).until(() -> total(Backend::inFlight) == 0);
        assertThat(total(Backend::abandoned)).isEqualTo(1);
        await().atMost(SOON).until(() -> pods.all().stream().allMatch(pod -> pod.connections() == 0));
    }

    @Test
    void cancellingAFutureMadeOfItDoesTheSame() {
        pods.forEach(LoopbackPod::stall);
        var body = http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString())
                .thenApply(HttpResponse::body);
        await().atMost(SOON).until(() -> pods.requests() == 1);

        body.cancel(true);

        await().atMost(SOON).until(() -> total(Backend::abandoned) == 1);
        assertThat(total(Backend::failed)).isZero();
    }

    @Test
    void anInterruptedCallerAbandonsTheAttempt() throws Exception {
        pods.forEach(LoopbackPod::stall);
        var caught = new CompletableFuture<Throwable>();
        var caller = new Thread(() -> {
            try {
                get(SERVICE + "/");
            } catch (Throwable e) {
                caught.complete(e);
            }
        });
        caller.start();
        await().atMost(SOON).until(() -> pods.requests() == 1);

        caller.interrupt();

        assertThat(caught).succeedsWithin(SOON).satisfies(e -> assertThat(e).isInstanceOf(InterruptedException.class));
        caller.join();
        assertThat(total(Backend::inFlight)).isZero();
        assertThat(total(Backend::abandoned)).isEqualTo(1);
    }

    @Test
    void aPodKilledDuringTheResponseIsAFailedAttempt() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, "x".repeat(5_000_000))));
        var body = http.send(request(SERVICE + "/").build(), BodyHandlers.ofInputStream())
                .body();

        pods.forEach(LoopbackPod::kill);

        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
        await().atMost(SOON).until(() -> total(Backend::failed) == 1);
    }

    @Test
    void aCallUnderWayIsFinishedWithAllItsHopsAndCloseWaitsForIt() throws Exception {
        over(HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build());
        var mayAnswer = new CountDownLatch(1);
        pods.forEach(pod -> pod.answering(request -> {
            if (request.path().equals("/new")) {
                return pod.echo(request);
            }
            assertThatCode(mayAnswer::await).doesNotThrowAnyException();
            return PodResponse.redirect(302, "/new");
        }));
        var response = http.sendAsync(request(SERVICE + "/old").build(), BodyHandlers.ofString());
        await().atMost(SOON).until(() -> pods.requests() == 1);

        var closing = CompletableFuture.runAsync(http::close);
        await().atMost(SOON)
                .until(() -> http.sendAsync(request(SERVICE + "/new").build(), BodyHandlers.ofString())
                        .isCompletedExceptionally());
        boolean waited = !closing.isDone();
        mayAnswer.countDown();

        assertThat(response)
                .succeedsWithin(SOON)
                .extracting(HttpResponse::statusCode)
                .isEqualTo(200);
        assertThat(response.join().uri().getPath()).isEqualTo("/new");
        assertThat(closing).succeedsWithin(SOON);
        assertThat(waited).isTrue();
    }

    @Test
    void theWrappedClientStaysItsMakersToClose() throws Exception {
        var wrapped = HttpClient.newHttpClient();
        over(wrapped).close();

        assertThat(wrapped.send(
                                request("http://" + pods.get(0).ip() + ":"
                                                + pods.get(0).port() + "/")
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void afterCloseNothingIsSent() throws Exception {
        get(SERVICE + "/");

        over(HttpClient.newHttpClient()).close();

        assertThatThrownBy(() -> get(SERVICE + "/"))
                .isInstanceOf(IOException.class)
                .hasMessage("OnehopHttpClient is closed");
        assertThat(total(Backend::inFlight)).isZero();
    }
}
