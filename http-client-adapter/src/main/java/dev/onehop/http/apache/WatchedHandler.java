package dev.onehop.http.apache;

import dev.onehop.health.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Watches one asynchronous exchange, whose end it tells just before the client learns of it.
 *
 * <p>Driven by the client's reactor, one step after the other; cancelled from any thread.
 */
final class WatchedHandler implements AsyncClientExchangeHandler {

    private final AsyncClientExchangeHandler handler;
    private final Exchange exchange;
    private final Staleness staleness;

    WatchedHandler(AsyncClientExchangeHandler handler, Exchange exchange, Staleness staleness) {
        this.handler = handler;
        this.exchange = exchange;
        this.staleness = staleness;
    }

    @Override
    public void consumeResponse(HttpResponse response, @Nullable EntityDetails entity, HttpContext context)
            throws HttpException, IOException {
        exchange.answered(response);
        if (entity == null) {
            exchange.completed();
        }
        handler.consumeResponse(response, entity, context);
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) throws HttpException, IOException {
        exchange.completed();
        handler.streamEnd(trailers);
    }

    @Override
    public void failed(Exception failure) {
        Signal says = exchange.failed(failure);
        boolean unprocessed = says == Signal.CONNECTION_ENDS;
        if (!exchange.hasAnswer() && (unprocessed || says == Signal.STALE_CONNECTION)) {
            staleness.found();
            handler.failed(repeatable(failure, unprocessed));
        } else {
            handler.failed(failure);
        }
    }

    /**
     * A kept connection was closed by its pod, or the pod has done nothing with the request. The blocking client says so by
     * an exception that Apache's retry strategy knows, and repeats what is idempotent; what the asynchronous one says it
     * takes for final.
     */
    private static Exception repeatable(Exception failure, boolean unprocessed) {
        var repeatable = unprocessed
                ? new Unprocessed("the pod has done nothing with the request: " + failure.getMessage())
                : new NoHttpResponseException("the pod has closed a kept connection: " + failure.getMessage());
        repeatable.initCause(failure);
        return repeatable;
    }

    @Override
    public void cancel() {
        exchange.abandoned();
        handler.cancel();
    }

    @Override
    public void produceRequest(RequestChannel channel, HttpContext context) throws HttpException, IOException {
        handler.produceRequest(channel, context);
    }

    @Override
    public void consumeInformation(HttpResponse response, HttpContext context) throws HttpException, IOException {
        handler.consumeInformation(response, context);
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        handler.updateCapacity(channel);
    }

    @Override
    public void consume(ByteBuffer bytes) throws IOException {
        handler.consume(bytes);
    }

    @Override
    public int available() {
        return handler.available();
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        handler.produce(channel);
    }

    @Override
    public void releaseResources() {
        handler.releaseResources();
    }
}
