package dev.onehop.http.jdk;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.eligible.Decision;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller: a hop per redirect or question for credentials, and in each hop a dial per backend tried, all
 * inside the request's timeout.
 *
 * <p>Cancelled from any thread; everything else follows one step after the other.
 */
final class Call<T> {

    private static final Duration NO_TIMEOUT = Duration.ofDays(365);

    /** A healthy pod may need this long, so an earlier end of the caller's time says nothing about it. */
    private static final Duration LEAST_PATIENCE = Duration.ofMillis(100);

    /** How much too early the JDK's timers, which count in milliseconds, may be. */
    private static final Duration EARLY = Duration.ofMillis(10);

    private final Setup setup;
    private final BodyHandler<T> handler;
    private final Transport transport;
    private final HttpRequest request;
    private final long deadlineNanos;

    private volatile boolean cancelled;
    private volatile @Nullable Attempt attempt;
    private volatile @Nullable CompletableFuture<?> underWay;

    Call(Setup setup, BodyHandler<T> handler, Transport transport, HttpRequest request) {
        this.setup = setup;
        this.handler = handler;
        this.transport = transport;
        this.request = request;
        Duration timeout = request.timeout()
                .filter(asked -> asked.compareTo(NO_TIMEOUT) < 0)
                .orElse(NO_TIMEOUT);
        this.deadlineNanos = System.nanoTime() + timeout.toNanos();
    }

    /** On the caller's thread. */
    HttpResponse<T> sendTo(Balancer balancer) throws IOException, InterruptedException {
        try {
            return through(balancer, first()).toCompletableFuture().get();
        } catch (ExecutionException e) {
            Throwable cause = unwrapped(e);
            if (cause instanceof IOException io) {
                throw io;
            } else if (cause instanceof InterruptedException interrupted) {
                throw interrupted;
            } else if (cause instanceof RuntimeException runtime) {
                throw runtime;
            } else if (cause instanceof Error error) {
                throw error;
            }
            throw new IOException(cause.getMessage(), cause);
        }
    }

    /**
     * Without blocking.
     *
     * @param over runs once, before the caller learns of the end
     */
    CompletableFuture<HttpResponse<T>> sendAsyncTo(Balancer balancer, Runnable over) {
        var result = new CallFuture<HttpResponse<T>>(this::cancel);
        begun(balancer).whenComplete((response, failure) -> {
            over.run();
            if (failure == null) {
                result.complete(response);
            } else {
                result.completeExceptionally(unwrapped(failure));
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

    /** Ends what is under way; its attempt teaches nothing. */
    private void cancel() {
        cancelled = true;
        Attempt open = attempt;
        if (open != null) {
            open.close();
        }
        CompletableFuture<?> sent = underWay;
        if (sent != null) {
            sent.cancel(true);
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
        if (balancer.eligible().decision() instanceof Decision.Wait) {
            return transport
                    .await(balancer.ready(), left().dividedBy(2))
                    .thenCompose(knownOrNot -> dialled(balancer, hop));
        }
        return dialled(balancer, hop);
    }

    private CompletionStage<HttpResponse<T>> dialled(Balancer balancer, Hop<T> hop) {
        if (isOver()) {
            return CompletableFuture.failedFuture(Transport.timedOut());
        }
        return balancer.<Answer<T>>connectAsync(left(), Duration.ZERO, (picked, share) -> dial(hop, picked, share))
                .exceptionally(failure -> {
                    throw new CompletionException(asTheJdkSaysIt(unwrapped(failure)));
                })
                .thenCompose(answer -> answer.next() == null ? answer.last() : hop(answer.next()));
    }

    /** Core says with a socket's exception that the time is over. */
    private static Throwable asTheJdkSaysIt(Throwable failure) {
        return failure instanceof SocketTimeoutException ? Transport.timedOut().initCause(failure) : failure;
    }

    /**
     * Sends to the picked backend. Fails only as long as the connection is not made, so that another backend may be tried;
     * what goes wrong later is an answer.
     */
    private CompletionStage<Answer<T>> dial(Hop<T> hop, Attempt picked, Duration share) {
        attempt = picked;
        if (cancelled) {
            picked.close();
            return CompletableFuture.failedFuture(new CancellationException());
        }
        if (picked.fallback().isPresent()) {
            return outside(hop).handle((response, failure) -> {
                picked.close();
                return new Answer<>(response, failure == null ? null : explained(picked, unwrapped(failure)), null);
            });
        }
        var exchange = new PodExchange<T>(picked, handler, (status, headers) -> next(hop, status, headers));
        long beganNanos = System.nanoTime();
        Duration had = left();
        HttpClient client;
        CompletableFuture<HttpResponse<T>> sent;
        try {
            client = setup.pods().forDial(share, left());
            sent = send(hop, exchange, picked.address(), client);
        } catch (IOException | RuntimeException notSent) {
            picked.close();
            return CompletableFuture.completedFuture(new Answer<>(null, notSent, null));
        }
        return started(sent).handle((response, thrown) -> {
            if (thrown == null) {
                var seen = new ServiceResponse<>(response, hop.request(), hop.previous());
                return new Answer<>(
                        seen,
                        null,
                        exchange.next().map(next -> next.after(seen)).orElse(null));
            }
            Throwable failure = unwrapped(thrown);
            if (cancelled || failure instanceof InterruptedException) {
                picked.close();
            }
            if (exchange.hasBegun()) {
                picked.failed(failure);
                return new Answer<>(null, failure, null);
            }
            if (isCallersHaste(failure, had, Duration.ofNanos(System.nanoTime() - beganNanos), client)) {
                picked.close();
            }
            throw new CompletionException(failure);
        });
    }

    /**
     * Whether it was the request's timeout that ended a dial, and not the pod's silence. The JDK reports both as the same
     * exception, so the time tells: what the caller had, for a machine that stalls makes every patience last long, and what
     * passed.
     */
    private static boolean isCallersHaste(Throwable failure, Duration had, Duration lasted, HttpClient client) {
        if (!(failure instanceof HttpTimeoutException)) {
            return false;
        }
        Duration patience = failure instanceof HttpConnectTimeoutException
                ? client.connectTimeout().orElse(NO_TIMEOUT).minus(EARLY)
                : Duration.ZERO;
        return had.compareTo(LEAST_PATIENCE) < 0
                || lasted.compareTo(patience) < 0
                || lasted.compareTo(LEAST_PATIENCE.minus(EARLY)) < 0;
    }

    /** Says why the request went to the ClusterIP: the wrapped client knows nothing of it, nor says which name DNS lacks. */
    private static Throwable explained(Attempt fallback, Throwable failure) {
        String why = fallback.address().getHostString() + ":"
                + fallback.address().getPort() + " went to the ClusterIP by name: "
                + fallback.fallback().map(to -> to.reason() + ": " + to.why()).orElse("");
        if (failure instanceof ConnectException && failure.getMessage() == null) {
            return new ConnectException(why).initCause(failure);
        }
        failure.addSuppressed(new ConnectException(why));
        return failure;
    }

    private CompletableFuture<HttpResponse<T>> send(
            Hop<T> hop, PodExchange<T> exchange, InetSocketAddress pod, HttpClient client) throws IOException {
        HttpRequest.Builder onWire = timed(hop.request()).version(HttpClient.Version.HTTP_1_1);
        hop.request()
                .bodyPublisher()
                .ifPresent(body -> onWire.method(hop.request().method(), exchange.watching(body)));
        setup.form().address(onWire, hop.request(), pod);
        setup.cookies().addTo(onWire, hop.request());
        if (hop.authorization() != null) {
            onWire.setHeader("Authorization", hop.authorization());
        }
        HttpRequest built = onWire.build();
        return setup.form().dialling(pod, () -> transport.send(client, built, exchange));
    }

    /** By the wrapped client: to another host, or to the ClusterIP. */
    private CompletionStage<HttpResponse<T>> outside(Hop<T> hop) {
        if (isOver()) {
            return CompletableFuture.failedFuture(Transport.timedOut());
        }
        HttpRequest timed = timed(hop.request()).build();
        return started(transport.send(setup.wrapped(), timed, handler))
                .thenApply(response -> hop.previous() == null
                        ? response
                        : new ServiceResponse<>(response, response.request(), hop.previous()));
    }

    private <R> CompletableFuture<R> started(CompletableFuture<R> sent) {
        underWay = sent;
        if (cancelled) {
            cancel(); // it came before there was anything to cancel
        }
        return sent;
    }

    /** What a response leads to, when it is not for the caller; called when its headers are in. */
    private Optional<Hop<T>> next(Hop<T> hop, int status, HttpHeaders headers) {
        setup.cookies().keep(hop.request().uri(), headers);
        setup.credentials().learn(hop.request(), hop.authorization(), status);
        if (status == 401) {
            return Optional.ofNullable(setup.credentials().answer(hop.request(), headers, hop.asked()))
                    .map(hop::authorized);
        }
        return setup.redirects()
                .next(hop.request(), status, headers, hop.redirects())
                .map(to -> hop.redirected(to, setup.credentials().known(to)));
    }

    private HttpRequest.Builder timed(HttpRequest original) {
        HttpRequest.Builder copy = HttpRequest.newBuilder(original, (name, value) -> true);
        return original.timeout().isPresent() ? copy.timeout(left()) : copy;
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    }

    private boolean isOver() {
        if (cancelled) {
            throw new CancellationException();
        }
        return deadlineNanos - System.nanoTime() <= 0;
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** How one hop ended: with a response or a failure, for the caller unless there is a next hop. */
    private record Answer<T>(
            @Nullable HttpResponse<T> response,
            @Nullable Throwable failure,
            @Nullable Hop<T> next) {

        CompletionStage<HttpResponse<T>> last() {
            return failure == null
                    ? CompletableFuture.completedFuture(response)
                    : CompletableFuture.failedFuture(failure);
        }
    }
}
