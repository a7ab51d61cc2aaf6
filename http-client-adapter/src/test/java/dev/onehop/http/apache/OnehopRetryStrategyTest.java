package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;

class OnehopRetryStrategyTest {

    private static final IOException UNPROCESSED = new Unprocessed("refused");
    private static final HttpRequest POST = new BasicHttpRequest("POST", "/");
    private static final HttpRequest GET = new BasicHttpRequest("GET", "/");

    private final HttpClientContext context = HttpClientContext.create();
    private final DefaultHttpRequestRetryStrategy own = new DefaultHttpRequestRetryStrategy(3, TimeValue.ofSeconds(7)) {
        @Override
        public TimeValue getRetryInterval(
                HttpRequest request, IOException failure, int execCount, HttpContext context) {
            return TimeValue.ofSeconds(7);
        }
    };
    private final OnehopRetryStrategy strategy = OnehopRetryStrategy.over(own);

    @Test
    void f18_whatIsUnprocessedIsRepeatedOnceAndAtOnceWhateverItsMethod() {
        assertThat(strategy.retryRequest(POST, UNPROCESSED, 1, context)).isTrue();
        assertThat(strategy.getRetryInterval(POST, UNPROCESSED, 1, context)).isEqualTo(TimeValue.ZERO_MILLISECONDS);
        assertThat(strategy.retryRequest(POST, UNPROCESSED, 2, context)).isFalse();
    }

    @Test
    void aCallThatIsCancelledIsNotRepeated() {
        var cancelled = new HttpPost("http://api-service.shop/");
        cancelled.cancel();

        assertThat(strategy.retryRequest(cancelled, UNPROCESSED, 1, context)).isFalse();
    }

    @Test
    void allElseIsForTheOwnToSay() {
        var stale = new NoHttpResponseException("closed");
        assertThat(strategy.retryRequest(GET, stale, 3, context)).isTrue();
        assertThat(strategy.retryRequest(GET, stale, 4, context)).isFalse();
        assertThat(strategy.retryRequest(POST, stale, 1, context)).isFalse();
        assertThat(strategy.getRetryInterval(GET, stale, 1, context)).isEqualTo(TimeValue.ofSeconds(7));
        assertThat(strategy.getRetryInterval(GET, UNPROCESSED, 2, context)).isEqualTo(TimeValue.ofSeconds(7));
        assertThat(strategy.retryRequest(new BasicHttpResponse(503), 1, context))
                .isTrue();
        assertThat(strategy.retryRequest(new BasicHttpResponse(500), 1, context))
                .isFalse();
        assertThat(strategy.getRetryInterval(new BasicHttpResponse(503), 1, context))
                .isEqualTo(TimeValue.ofSeconds(7));
    }
}
