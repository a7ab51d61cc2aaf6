package dev.onehop.http.okhttp;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** A response's body, whose end is that of the exchange: read to its end, closed before, or broken off. */
final class PodBody extends ResponseBody {

    private final ResponseBody body;
    private final BufferedSource source;

    PodBody(ResponseBody body, PodExchange exchange) {
        this.body = body;
        this.source = Okio.buffer(new ForwardingSource(body.source()) {
            @Override
            public long read(Buffer sink, long bytes) throws IOException {
                try {
                    long read = super.read(sink, bytes);
                    if (read == -1) {
                        exchange.ended();
                    }
                    return read;
                } catch (IOException failure) {
                    exchange.failed(failure);
                    throw failure;
                }
            }

            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    exchange.ended();
                }
            }
        });
    }

    @Override
    public @Nullable MediaType contentType() {
        return body.contentType();
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public BufferedSource source() {
        return source;
    }
}
