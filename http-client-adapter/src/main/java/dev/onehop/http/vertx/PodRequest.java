package dev.onehop.http.vertx;

import io.netty.handler.codec.http2.Http2Error;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.internal.PromiseInternal;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request as its caller has it. Where it is sent whole, by one {@code send} or {@code end}, and its pod has not begun it,
 * it is sent again, once, by another request that is made like it; so is a GET or HEAD without a body which the connection's
 * end has overtaken. As with redirects that Vert.x follows, the answer's request is that other one then.
 *
 * <p>Shared: safe from any thread, as Vert.x's own.
 */
final class PodRequest implements Delegate.Instead {

    /** A longer body is not kept for a second time. */
    private static final int MOST_BYTES = 65_536;

    /** What the caller has had done to the request. */
    private static final class Step {

        private final Method method;
        private final @Nullable Object[] arguments;

        Step(Method method, @Nullable Object[] arguments) {
            this.method = method;
            this.arguments = arguments;
        }

        @Nullable Object on(HttpClientRequest request) throws Throwable {
            return Delegate.invoked(request, method, arguments);
        }
    }

    private final HttpClientRequest first;
    private final Exchange exchange;
    private final Supplier<Future<HttpClientRequest>> another;

    /** Of the class that Vert.x's own modules cast it to. */
    private final PromiseInternal<HttpClientResponse> response;

    /** Under {@code this}, as all that follows. */
    private final List<Step> settings = new ArrayList<>();

    private HttpClientRequest present;
    private boolean begun;
    private boolean reset;
    private @Nullable Step whole;

    private PodRequest(HttpClientRequest first, Exchange exchange, Supplier<Future<HttpClientRequest>> another) {
        this.first = first;
        this.exchange = exchange;
        this.another = another;
        this.present = first;
        this.response = ((PromiseInternal<HttpClientResponse>) first.response())
                .context()
                .promise();
    }

    /** @param another makes one that is not sent again */
    static HttpClientRequest on(
            HttpClientRequest request, Exchange exchange, Supplier<Future<HttpClientRequest>> another) {
        var own = new PodRequest(request, exchange, another);
        request.response().onComplete(own.response::tryComplete, own::failed);
        return Delegate.of(request, HttpClientRequest.class, own);
    }

    @Override
    @SuppressWarnings("unchecked")
    public @Nullable Object call(Object proxy, Method method, @Nullable Object[] arguments, Delegate.Own own)
            throws Throwable {
        var step = new Step(method, arguments);
        return switch (method.getName()) {
            case "response" -> response.future();
            case "send", "connect" -> {
                begin(step);
                step.on(present());
                yield response.future();
            }
            case "end" -> {
                begin(step);
                yield written((Future<Void>) Objects.requireNonNull(step.on(present())));
            }
            case "write", "sendHead", "writeCustomFrame" -> {
                begin(null);
                yield step.on(present());
            }
            case "reset" -> {
                synchronized (this) {
                    reset = true;
                }
                yield step.on(present());
            }
            case "redirectHandler" -> set(proxy, new Step(method, new @Nullable Object[] {undone(arguments[0])}));
            default -> set(proxy, step);
        };
    }

    /** Does what may be one of the setters, which give the request itself. */
    private @Nullable Object set(Object proxy, Step step) throws Throwable {
        HttpClientRequest request = present();
        Object answer = step.on(request);
        if (answer != request) {
            return answer;
        }
        synchronized (this) {
            settings.add(step);
        }
        return proxy;
    }

    /** A request that could not be written may be answered all the same, as another. */
    private Future<Void> written(Future<Void> once) {
        return once.recover(unsent -> response.future()
                .transform(answer -> answer.succeeded() && present() != first
                        ? Future.succeededFuture()
                        : Future.failedFuture(unsent)));
    }

    private synchronized HttpClientRequest present() {
        return present;
    }

    /** @param sent null where more is to follow, or what is sent cannot be kept */
    private synchronized void begin(@Nullable Step sent) {
        whole = begun || sent == null ? null : kept(sent);
        begun = true;
    }

    private static @Nullable Step kept(Step sent) {
        @Nullable Object[] arguments = sent.arguments;
        if (sent.method.getName().equals("connect")) {
            return null;
        }
        if (arguments.length == 0 || arguments[0] instanceof String) {
            return sent;
        }
        return arguments[0] instanceof Buffer body && body.length() <= MOST_BYTES
                ? new Step(sent.method, new @Nullable Object[] {body.copy()})
                : null;
    }

    private void failed(Throwable failure) {
        Step again;
        synchronized (this) {
            again = reset || !mayBeSentAgain() ? null : whole;
        }
        if (again == null) {
            response.tryFail(failure);
        } else {
            another.get().compose(request -> sent(request, again)).onComplete(response::tryComplete, response::tryFail);
        }
    }

    /** Under {@code this}. */
    private boolean mayBeSentAgain() {
        boolean isSafe =
                first.getMethod().equals(HttpMethod.GET) || first.getMethod().equals(HttpMethod.HEAD);
        boolean isBodiless = whole != null && whole.arguments.length == 0;
        return exchange.isNotBegun() || (exchange.isOvertaken() && isSafe && isBodiless);
    }

    private Future<HttpClientResponse> sent(HttpClientRequest request, Step again) {
        List<Step> like;
        synchronized (this) {
            if (reset) {
                return request.exceptionHandler(own -> {})
                        .reset(Http2Error.CANCEL.code())
                        .transform(unsent -> Future.failedFuture(new StreamResetException(Http2Error.CANCEL.code())));
            }
            present = request;
            like = List.copyOf(settings);
        }
        try {
            for (Step step : like) {
                step.on(request);
            }
            request.headers().setAll(first.headers());
            again.on(request);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            return Future.failedFuture(thrown);
        }
        return request.response();
    }

    /** A redirect handler whose requests are Vert.x's own, to whose class it casts them. */
    @SuppressWarnings("unchecked")
    private static @Nullable Object undone(@Nullable Object handler) {
        if (handler == null) {
            return null;
        }
        var users = (Function<HttpClientResponse, @Nullable Future<HttpClientRequest>>) handler;
        Function<HttpClientResponse, @Nullable Future<HttpClientRequest>> undone = redirect -> {
            Future<HttpClientRequest> next = users.apply(redirect);
            return next == null ? null : next.map(request -> Delegate.undone(request, HttpClientRequest.class));
        };
        return undone;
    }
}
