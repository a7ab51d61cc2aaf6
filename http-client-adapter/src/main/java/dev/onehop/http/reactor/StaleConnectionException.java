package dev.onehop.http.reactor;

import java.io.IOException;

/**
 * A pod had closed a pooled connection, which was found out by a request that it can not have answered, of a call that may
 * be made again: without a body, by idempotent methods (reliability 3.1).
 */
final class StaleConnectionException extends IOException {

    private static final long serialVersionUID = 1L;

    StaleConnectionException() {
        super("the pod has closed the connection since the request before, and no byte of a response has come");
    }
}
