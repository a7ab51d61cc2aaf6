package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** Pods that speak HTTP/2, each of which answers with its name, or with what a path asks for. */
public abstract class Http2Fixture extends ContractFixture {

    protected final List<Http2Pod> running = new ArrayList<>();

    /** What {@code /slow} waits for. */
    protected final CompletableFuture<Void> answer = new CompletableFuture<>();

    private final AtomicBoolean refusedOnce = new AtomicBoolean();

    /** @param identity null for HTTP/2 without TLS */
    protected final void pod(String name, @Nullable TestCertificate identity) throws Exception {
        pod(name, identity == null ? null : identity.server(), (path, response) -> answer(name, path, response));
    }

    protected final void pod(String name, @Nullable SSLContext identity, Http2Pod.Answers answers) {
        running.add(closing(new Http2Pod(name, identity, answers)));
    }

    private Publisher<Void> answer(String name, String path, HttpServerResponse response) {
        return switch (path) {
            case "/503" -> response.status(503).send();
            case "/reset" -> Mono.fromRunnable(() -> Http2Pod.channel(response).close());
            case "/refused-once" ->
                refusedOnce.getAndSet(true)
                        ? response.sendString(Mono.just(name))
                        : Http2Pod.reset(response, Http2Error.REFUSED_STREAM);
            case "/refused" -> Http2Pod.reset(response, Http2Error.REFUSED_STREAM);
            case "/calm" -> Http2Pod.reset(response, Http2Error.ENHANCE_YOUR_CALM);
            case "/leave" -> leaving(name, response);
            // one that is reset does not cancel what others wait for
            case "/slow" -> Mono.fromFuture(answer, true).thenMany(response.sendString(Mono.just(name)));
            default -> response.sendString(Mono.just(name));
        };
    }

    /** Answers, and takes no stream after this one on its connection. */
    protected static Publisher<Void> leaving(String name, HttpServerResponse response) {
        Http2Pod.channel(response).parent().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        return response.sendString(Mono.just(name));
    }

    protected final Http2Pod named(String name) {
        return running.stream()
                .filter(pod -> pod.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    protected final void publish(@Nullable Http2Pod leaving) {
        discovery.set(
                LoopbackPods.service(),
                running.stream().map(pod -> pod.slice(pod == leaving)).toArray(EndpointSlice[]::new));
    }

    protected static Setup http2(@Nullable SSLContext trust) {
        return new Setup(trust, true, Duration.ofSeconds(3), SOON, 64);
    }

    /** How often {@code path} was asked for, at all pods. */
    protected final long asked(String path) {
        return running.stream()
                .flatMap(pod -> pod.seen().stream())
                .filter(seen -> seen.endsWith(" " + path))
                .count();
    }

    protected final void endsWith(Onehop onehop, int succeeded) {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(balancer(onehop).tally().inFlight()).isZero();
            assertThat(balancer(onehop).tally().succeeded()).isEqualTo(succeeded);
        });
    }
}
