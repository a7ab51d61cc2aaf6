package dev.onehop.http.reactor;

import java.io.IOException;

/** A request has failed in a way that lets its call be made again, which then is: see {@link SentCall}. */
final class SentAgainException extends IOException {

    private static final long serialVersionUID = 1L;

    private SentAgainException(String message) {
        super(message);
    }

    static SentAgainException stale() {
        return new SentAgainException(
                "the pod has closed the connection since the request before, and no byte of a response has come");
    }

    static SentAgainException unprocessed() {
        return new SentAgainException("the pod has refused the stream, with which it has done nothing");
    }

    /** Nobody sees where it is from: a request that is sent again is no failure to anybody. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
