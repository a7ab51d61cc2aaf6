package dev.onehop.http.jdk;

import dev.onehop.Onehop;
import java.net.http.HttpClient;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what {@link OnehopHttpClient} needs to know.
 *
 * <p>Not thread-safe.
 */
public final class OnehopHttpClientBuilder {

    private static final Logger log = LoggerFactory.getLogger(OnehopHttpClient.class);

    private final HttpClient client;
    private final Onehop onehop;
    private boolean absoluteForm = true;

    OnehopHttpClientBuilder(HttpClient client, Onehop onehop) {
        this.client = Objects.requireNonNull(client, "client");
        this.onehop = Objects.requireNonNull(onehop, "onehop");
    }

    /**
     * Whether requests may name the whole URL in their request line, {@code GET http://api-service.shop/orders HTTP/1.1}.
     * That is how Onehop keeps {@code Host} on the Service when the JVM runs without
     * {@code -Djdk.httpclient.allowRestrictedHeaders=host}, and RFC 9112 3.2.2 obliges every server to accept it; but some
     * servers mishandle it. With {@code false}, and without the flag, requests go to the ClusterIP. On by default. It is of
     * no use to {@code https://}, which needs the flag.
     */
    public OnehopHttpClientBuilder absoluteForm(boolean absoluteForm) {
        this.absoluteForm = absoluteForm;
        return this;
    }

    /** Finds out how {@code Host} can be kept in this JVM, says so in the log, and wraps. */
    public OnehopHttpClient build() {
        return new OnehopHttpClient(new Setup(client, onehop, form()));
    }

    private PodForm form() {
        if (OriginForm.isAllowed()) {
            log.info(
                    "requests to Services go to their pods in origin form, because the JVM runs with {}",
                    OriginForm.FLAG);
            return new OriginForm();
        }
        if (absoluteForm) {
            log.info("requests to Services go to their pods in absolute form");
            log.warn(
                    "absolute form (GET http://service/path) is standard HTTP, but some servers not written in Java "
                            + "mishandle it; run the JVM with {} to send the ordinary form",
                    OriginForm.FLAG);
            return new AbsoluteForm();
        }
        log.warn(
                "requests to Services go to their ClusterIPs: absolute form is switched off, and the ordinary form needs "
                        + "the JVM to run with {}",
                OriginForm.FLAG);
        return PodForm.NONE;
    }
}
