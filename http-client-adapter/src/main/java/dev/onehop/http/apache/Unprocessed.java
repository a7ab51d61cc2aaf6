package dev.onehop.http.apache;

import org.apache.hc.core5.http.NoHttpResponseException;

/** That a pod has done nothing with a request, or was sent none of it: any method may be sent again (RFC 9113 8.7). */
final class Unprocessed extends NoHttpResponseException {

    private static final long serialVersionUID = 1L;

    Unprocessed(String message) {
        super(message);
    }
}
