package dev.onehop.http.jetty;

import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as the caller gave it, which remembers a failure that was its own and not what Jetty failed it with.
 *
 * <p>Shared: as its request.
 */
final class CallersBody implements Request.Content {

    private final Request.Content body;
    private volatile @Nullable Throwable own;
    private volatile boolean failed;

    private CallersBody(Request.Content body) {
        this.body = body;
    }

    /** Puts itself in the place of the request's body, if it has one. */
    static void watch(Request request) {
        Request.Content body = request.getBody();
        if (body != null && !(body instanceof CallersBody)) {
            request.body(new CallersBody(body));
        }
    }

    /** Whether it was the caller who failed to give the body. */
    static boolean hasFailed(Request request, Throwable failure) {
        return request.getBody() instanceof CallersBody watched && watched.own == failure;
    }

    @Override
    public Content.@Nullable Chunk read() {
        Content.Chunk chunk;
        try {
            chunk = body.read();
        } catch (RuntimeException | Error e) {
            own = e;
            throw e;
        }
        if (!failed && Content.Chunk.isFailure(chunk)) {
            own = chunk.getFailure();
        }
        return chunk;
    }

    @Override
    public void demand(Runnable demandCallback) {
        body.demand(demandCallback);
    }

    @Override
    public void fail(Throwable failure) {
        failed = true;
        body.fail(failure);
    }

    @Override
    public void fail(Throwable failure, boolean last) {
        failed = true;
        body.fail(failure, last);
    }

    @Override
    public boolean rewind() {
        boolean rewound = body.rewind();
        if (rewound) {
            failed = false;
        }
        return rewound;
    }

    @Override
    public long getLength() {
        return body.getLength();
    }

    @Override
    public String getContentType() {
        return body.getContentType();
    }

    @Override
    public String toString() {
        return body.toString();
    }
}
