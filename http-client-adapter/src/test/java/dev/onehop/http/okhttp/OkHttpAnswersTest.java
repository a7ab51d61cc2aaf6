package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.PodResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** What calls make of slow pods and of answers: cancelled, unread, empty. */
class OkHttpAnswersTest extends PlainPodsFixture {

    @Test
    void aSlowPodIsNotRacedByFastFallback() throws Exception {
        pods.forEach(LoopbackPod::blackHole);
        client(it -> it.connectTimeout(Duration.ofMillis(1_500)));

        assertThatThrownBy(() -> get(URL)).isInstanceOf(IOException.class);

        assertThat(tally().started()).isEqualTo(3); // half a second each, one after the other
    }

    @Test
    void aCancelledCallSaysNothingOfThePod() throws Exception {
        pods.forEach(LoopbackPod::stall);
        Call call = client.newCall(new Request.Builder().url(URL).build());
        CompletableFuture<IOException> ended = failure(call);
        await().atMost(SOON).until(() -> pods.requests() == 1);

        call.cancel();

        assertThat(ended.get(5, TimeUnit.SECONDS)).isNotNull();
        await().atMost(SOON).until(() -> tally().inFlight() == 0);
        assertThat(tally().abandoned()).isEqualTo(1);
        assertThat(tally().failed()).isZero();
    }

    @Test
    void cancellingEndsAConnectAtOnceAndSaysNothingOfThePod() throws Exception {
        pods.forEach(LoopbackPod::blackHole);
        Call call = client.newCall(new Request.Builder().url(URL).build());
        CompletableFuture<IOException> ended = failure(call);
        await().atMost(SOON).until(() -> tally().inFlight() == 1);

        call.cancel();

        assertThat(ended.get(900, TimeUnit.MILLISECONDS)).isNotNull();
        await().atMost(SOON).until(() -> tally().inFlight() == 0);
        assertThat(tally().started()).isEqualTo(1);
        assertThat(tally().failed()).isZero();
    }

    @Test
    void anAnswerNobodyReadsToItsEndCountsByItsStatus() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(503, "x".repeat(1_000_000))));

        client.newCall(new Request.Builder().url(URL).build()).execute().close();

        assertThat(tally().failed(Signal.UNAVAILABLE)).isEqualTo(1);
        assertThat(tally().inFlight()).isZero();
    }

    @Test
    void answersWithoutABodyEndAtOnce() throws Exception {
        pods.forEach(pod -> pod.answering(request -> PodResponse.of(200, "")));
        client.newCall(new Request.Builder().url(URL).build()).execute();
        client.newCall(new Request.Builder().url(URL).head().build()).execute();

        assertThat(tally().succeeded()).isEqualTo(2);
        assertThat(tally().inFlight()).isZero();
    }

    /** What a call fails by that another thread makes. */
    private static CompletableFuture<IOException> failure(Call call) {
        CompletableFuture<IOException> ended = new CompletableFuture<>();
        var caller = new Thread(() -> {
            try {
                call.execute().close();
                ended.completeExceptionally(new AssertionError("answered"));
            } catch (IOException failure) {
                ended.complete(failure);
            }
        });
        caller.start();
        return ended;
    }
}
