package dev.onehop.http.apache;

import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;

/** Apache's own retries of what broke; but not those of 429 and 503, which the contract wants to see. */
final class ConnectRetries extends DefaultHttpRequestRetryStrategy {

    @Override
    public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
        return false;
    }
}
