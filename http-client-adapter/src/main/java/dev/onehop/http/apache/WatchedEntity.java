package dev.onehop.http.apache;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A response's body, whose end is the end of its exchange. A caller that leaves early is not noticed here: the client
 * closes or releases the connection then.
 *
 * <p>Not thread-safe: the caller's.
 */
final class WatchedEntity extends HttpEntityWrapper {

    private final Exchange exchange;
    private @Nullable InputStream content;

    WatchedEntity(HttpEntity entity, Exchange exchange) {
        super(entity);
        this.exchange = exchange;
    }

    @Override
    public InputStream getContent() throws IOException {
        InputStream now = content;
        if (now == null) {
            now = new Watched(super.getContent(), exchange);
            content = now;
        }
        return now;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (InputStream in = getContent()) {
            in.transferTo(out);
        }
    }

    /** Apache reads what is left, which may break. */
    @Override
    public void close() throws IOException {
        try {
            super.close();
            exchange.completed();
        } catch (IOException failure) {
            exchange.failed(failure);
            throw failure;
        }
    }

    private static final class Watched extends FilterInputStream {

        private final Exchange exchange;

        Watched(InputStream in, Exchange exchange) {
            super(in);
            this.exchange = exchange;
        }

        @Override
        public int read() throws IOException {
            try {
                return counted(in.read());
            } catch (IOException failure) {
                exchange.failed(failure);
                throw failure;
            }
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            try {
                return counted(in.read(buffer, from, length));
            } catch (IOException failure) {
                exchange.failed(failure);
                throw failure;
            }
        }

        /** Reads what is left, where the end is known; else the client closes the connection with it. */
        @Override
        public void close() throws IOException {
            try {
                in.close();
                exchange.completed();
            } catch (IOException failure) {
                exchange.failed(failure);
                throw failure;
            }
        }

        private int counted(int read) {
            if (read < 0) {
                exchange.completed();
            }
            return read;
        }
    }
}
