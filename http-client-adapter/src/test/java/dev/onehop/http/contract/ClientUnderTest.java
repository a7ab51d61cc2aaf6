package dev.onehop.http.contract;

import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An HTTP client over Onehop, as the contract drives it; used by many threads at once. */
public interface ClientUnderTest extends AutoCloseable {

    /**
     * Sends a request and reads the answer to its end.
     *
     * @param body null for none
     * @throws IOException the client's own failure
     */
    Answer send(String method, String url, @Nullable String body) throws IOException;

    default Answer get(String url) throws IOException {
        return send("GET", url, null);
    }

    /** Returns when its connections are back in its pool: asynchronous clients may answer some time before. */
    default void awaitGivenBack() {}

    /** Closes the client and its pool. */
    @Override
    void close();

    /**
     * What came back.
     *
     * @param version {@code HTTP/1.1} or {@code HTTP/2}
     */
    record Answer(int status, String version, String body) {}

    /**
     * How the client is to be made: no redirects followed, no cookies.
     *
     * @param trust for {@code https}, to be given to the client without a change; null for the JDK's own
     * @param http2 whether the client speaks HTTP/2 where it can
     * @param connectTimeout for one connect as the client counts it
     * @param responseTimeout how long an answer may take
     * @param connections the pool's size, for each Service and in all
     */
    record Setup(
            @Nullable SSLContext trust,
            boolean http2,
            Duration connectTimeout,
            Duration responseTimeout,
            int connections) {

        static Setup plain() {
            return new Setup(null, false, Duration.ofSeconds(3), Duration.ofSeconds(10), 64);
        }

        Setup trusting(SSLContext trust) {
            return new Setup(trust, http2, connectTimeout, responseTimeout, connections);
        }

        Setup connections(int most) {
            return new Setup(trust, http2, connectTimeout, responseTimeout, most);
        }

        Setup connectTimeout(Duration timeout) {
            return new Setup(trust, http2, timeout, responseTimeout, connections);
        }

        Setup responseTimeout(Duration timeout) {
            return new Setup(trust, http2, connectTimeout, timeout, connections);
        }
    }
}
