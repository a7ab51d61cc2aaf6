package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Attempt;
import dev.onehop.health.Backend;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A body that the JDK itself reads to its end, as {@code ofString()} has it, ends its attempt when it is read. */
class WholeBodyTest extends HttpFixture {

    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void theJdksOwnReaderIsNotWrappedLestItTakeAnotherThread() throws Exception {
        var text = BodySubscribers.ofString(StandardCharsets.UTF_8);
        var bytes = BodySubscribers.ofByteArray();

        assertThat(readBy(text)).isSameAs(text);
        assertThat(readBy(bytes)).isSameAs(bytes);
    }

    @Test
    void anyOtherReaderIsWatched() throws Exception {
        for (BodySubscriber<?> reader : List.of(
                BodySubscribers.ofInputStream(),
                BodySubscribers.ofLines(StandardCharsets.UTF_8),
                BodySubscribers.mapping(BodySubscribers.ofByteArray(), body -> body.length))) {
            assertThat(readBy(reader)).isNotSameAs(reader);
        }
    }

    @Test
    void theAttemptLastsUntilTheBodysEnd() throws Exception {
        RawPod pod = podThatPausesInMidBody();
        try (pod) {
            var response = http.sendAsync(request(SERVICE + "/").build(), BodyHandlers.ofString());
            await().atMost(SOON).until(() -> total(Backend::inFlight) == 1);
            goOn.countDown();

            assertThat(response)
                    .succeedsWithin(SOON)
                    .extracting(HttpResponse::body)
                    .isEqualTo("0123456789");
            assertThat(total(Backend::inFlight)).isZero();
            assertThat(total(Backend::succeeded)).isEqualTo(1);
        }
    }

    @Test
    void oneThatIsCancelledInMidBodyIsAbandoned() throws Exception {
        RawPod pod = podThatPausesInMidBody();
        try (pod) {
            var headed = new CountDownLatch(1);
            var response = http.sendAsync(request(SERVICE + "/").build(), head -> {
                headed.countDown();
                return BodySubscribers.ofString(StandardCharsets.UTF_8);
            });
            assertThat(headed.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

            response.cancel(true);

            assertThatThrownBy(response::join).isInstanceOf(CancellationException.class);
            await().atMost(SOON).until(() -> total(Backend::abandoned) == 1);
            assertThat(total(Backend::failed)).isZero();
            goOn.countDown();
        }
    }

    /** The first pod of the fleet, which is picked. */
    private RawPod podThatPausesInMidBody() {
        picking(FIRST);
        pods.get(0).close();
        return RawPod.at(pods.get(0).address(), (in, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            goOn.await();
            out.write("56789".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        });
    }

    private <T> BodySubscriber<T> readBy(BodySubscriber<T> reader) throws Exception {
        try (Attempt attempt = balancer().attempt()) {
            return new PodExchange<T>(attempt, head -> reader, (status, headers) -> null).apply(new Head());
        }
    }

    private static final class Head implements ResponseInfo {

        @Override
        public int statusCode() {
            return 200;
        }

        @Override
        public HttpHeaders headers() {
            return HttpHeaders.of(Map.of(), (name, value) -> true);
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }
}
