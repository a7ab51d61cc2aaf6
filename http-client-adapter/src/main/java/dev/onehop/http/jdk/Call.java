package dev.onehop.http.jdk;

import dev.onehop.Balancer;
import dev.onehop.eligible.Decision;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller: a hop per redirect or question for credentials, and in each hop a {@link Dial} per backend
 * tried, all inside the request's timeout, and the dials of a hop inside the wrapped client's connect timeout.
 *
 * <p>Cancelled from any thread; everything else follows one step after the other.
 */
final class Call<T> implements Dial.Ways<T> {

    private final Setup setup;
    private final BodyHandler<T> handler;
    private final Transport transport;
    private final HttpRequest request;
    private final Patience patience;
    private final UnderWay underWay = new UnderWay();

    Call(Setup setup, BodyHandler<T> handler, Transport transport, HttpRequest request) {
        this.setup = setup;
        this.handler = handler;
        this.transport = transport;
        this.request = request;
        this.patience = Patience.of(request.timeout());
    }

    /** On the caller's thread. */
    HttpResponse<T> sendTo(Balancer balancer) throws IOException, InterruptedException {
        try {
            return through(balancer, first()).toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw Failures.thrown(Failures.unwrapped(e));
        }
    }

    /**
     * Without blocking.
     *
     * @param over runs once, before the caller learns of the end
     */
    CompletableFuture<HttpResponse<T>> sendAsyncTo(Balancer balancer, Runnable over) {
        var result = new CallFuture<HttpResponse<T>>(underWay::cancel);
        begun(balancer).whenComplete((response, failure) -> {
            over.run();
            if (failure == null) {
                result.complete(response);
            } else {
                result.completeExceptionally(Failures.unwrapped(failure));
            }
        });
        return result;
    }

    private CompletionStage<HttpResponse<T>> begun(Balancer balancer) {
        try {
            return through(balancer, first());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Hop<T> first() {
        return new Hop<>(request, 0, 0, setup.credentials().known(request), null);
    }

    private CompletionStage<HttpResponse<T>> hop(Hop<T> hop) {
        return setup.target(hop.request())
                .<CompletionStage<HttpResponse<T>>>map(balancer -> through(balancer, hop))
                .orElseGet(() -> outside(hop));
    }

    /** To one of the Service's pods. */
    private CompletionStage<HttpResponse<T>> through(Balancer balancer, Hop<T> hop) {
        Patience connecting = patience.within(setup.wrapped().connectTimeout());
        if (balancer.eligible().decision() instanceof Decision.Wait) {
            Duration half = connecting.left().dividedBy(2);
            return transport
                    .await(balancer.ready(), half)
                    .thenCompose(knownOrNot -> dialled(balancer, hop, connecting.orAfter(half, patience)));
        }
        return dialled(balancer, hop, connecting);
    }

    private CompletionStage<HttpResponse<T>> dialled(Balancer balancer, Hop<T> hop, Patience connecting) {
        underWay.check();
        long nowNanos = System.nanoTime();
        if (patience.isOverAt(nowNanos)) {
            return CompletableFuture.failedFuture(Transport.timedOut());
        }
        var dial = new Dial<T>(setup, handler, transport, patience, underWay, this, hop);
        CompletableFuture<Answer<T>> dialled = balancer.connectAsync(
                connecting.leftAt(nowNanos),
                Duration.ZERO,
                (picked, share) ->
                        dial.to(picked, connecting.ofDial(hop.request().uri(), share)));
        if (dialled.isDone() && !dialled.isCompletedExceptionally()) {
            return answered(dialled.join()); // every good answer to a blocking call, so without more stages
        }
        return dialled.exceptionally(failure -> {
                    throw new CompletionException(Failures.asTheJdkSaysIt(Failures.unwrapped(failure), patience));
                })
                .thenCompose(this::answered);
    }

    private CompletionStage<HttpResponse<T>> answered(Answer<T> answer) {
        return answer.next() == null ? answer.last() : hop(answer.next());
    }

    @Override
    public CompletionStage<HttpResponse<T>> outside(Hop<T> hop) {
        underWay.check();
        if (patience.isOver()) {
            return CompletableFuture.failedFuture(Transport.timedOut());
        }
        HttpRequest timed = patience.timed(hop.request()).build();
        return underWay.waitsFor(transport.send(setup.wrapped(), timed, handler))
                .thenApply(response -> hop.previous() == null
                        ? response
                        : new ServiceResponse<>(response, response.request(), hop.previous()));
    }

    @Override
    public @Nullable Hop<T> next(Hop<T> hop, int status, HttpHeaders headers) {
        setup.cookies().keep(hop.request().uri(), headers);
        setup.credentials().learn(hop.request(), hop.authorization(), status);
        if (status == 401) {
            String answer = setup.credentials().answer(hop.request(), headers, hop.asked());
            return answer == null ? null : hop.authorized(answer);
        }
        Optional<HttpRequest> to = setup.redirects().next(hop.request(), status, headers, hop.redirects());
        return to.isEmpty()
                ? null
                : hop.redirected(to.get(), setup.credentials().known(to.get()));
    }
}
