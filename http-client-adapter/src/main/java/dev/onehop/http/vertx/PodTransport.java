package dev.onehop.http.vertx;

import io.vertx.core.transport.Transport;

/**
 * A transport of Vert.x's with other sockets.
 *
 * <p>Immutable.
 */
record PodTransport(Transport own, io.vertx.core.spi.transport.Transport implementation) implements Transport {

    @Override
    public String name() {
        return own.name();
    }

    @Override
    public boolean available() {
        return own.available();
    }

    @Override
    public Throwable unavailabilityCause() {
        return own.unavailabilityCause();
    }
}
