package dev.onehop.http.jdk;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The JDK's client over Onehop, as the contracts drive it. */
record JdkClient(OnehopHttpClient http, Duration responseTimeout) implements ClientUnderTest {

    static JdkClient open(Onehop onehop, Setup setup) {
        HttpClient.Builder wrapped = HttpClient.newBuilder()
                .version(setup.http2() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .connectTimeout(setup.connectTimeout());
        if (setup.trust() != null) {
            wrapped.sslContext(setup.trust());
        }
        return new JdkClient(OnehopHttpClient.wrap(wrapped.build(), onehop), setup.responseTimeout());
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(responseTimeout)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.version() == HttpClient.Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1",
                    response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException().initCause(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
