package dev.onehop.http.jetty;

import java.util.Set;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.client.transport.ResponseListeners;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the caller's listeners until the answer begins. Where there is none, because the pod had closed the
 * connection when the request came, the request is sent again and the caller hears of nothing; only one that is idempotent
 * and has no body (reliability 3.1).
 *
 * <p>Shared: as its exchange.
 */
final class SentAgain implements Response.Listener {

    /** Those of RFC 9110 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    /** So many connections of a pool may one call find closed: pods that close what is idle close all of it at one time. */
    private static final int MOST = 5;

    private static final String COUNT = SentAgain.class.getName();
    private static final String HEADERS = COUNT + ".headers";
    private static final String LOST = COUNT + ".lost";

    private final HttpRequest request;
    private final PodExchange watched;
    private final HttpFields headers;

    private SentAgain(HttpRequest request, PodExchange watched, HttpFields headers) {
        this.request = request;
        this.watched = watched;
        this.headers = headers;
    }

    /** Null for a request that is not to be sent twice. */
    static @Nullable SentAgain of(HttpRequest request, PodExchange watched) {
        Request.Content body = request.getBody();
        boolean repeatable = IDEMPOTENT.contains(request.getMethod())
                && (body == null || body.getLength() == 0)
                && request.getTrailersSupplier() == null
                && request.getURI() != null
                && count(request.getConversation()) < MOST;
        return repeatable ? new SentAgain(request, watched, headersOf(request)) : null;
    }

    /** As the caller had them, before Jetty added its own. */
    private static HttpFields headersOf(HttpRequest request) {
        if (request.getAttributes().get(HEADERS) instanceof HttpFields noted) {
            return noted;
        }
        HttpFields present = HttpFields.build(request.getHeaders()).asImmutable();
        request.attribute(HEADERS, present);
        return present;
    }

    @Override
    public void onFailure(Response response, Throwable failure) {
        watched.onFailure(response, failure);
    }

    @Override
    public void onComplete(Result result) {
        HttpConversation conversation = request.getConversation();
        if (watched.isStale()) {
            watched.over();
            conversation.setAttribute(COUNT, count(conversation) + 1);
            again().send(null);
            return;
        }
        conversation.updateResponseListeners(null);
        ResponseListeners callers = conversation.getResponseListeners();
        if (result.isFailed()) {
            callers.notifyFailure(result.getResponse(), result.getFailure());
        }
        callers.notifyComplete(result);
    }

    private Request again() {
        HttpRequest copy = request.copy(request.getURI());
        copy.headers(fresh -> fresh.clear().add(headers));
        request.getCookies().forEach(copy::cookie);
        request.getAttributes().forEach(copy::attribute);
        return copy.transport(request.getTransport());
    }

    /** Whether a call may go by another connection, where one that was never used is closed before a byte of it was sent. */
    static boolean mayGoByAnother(HttpConversation conversation) {
        return lost(conversation) < MOST;
    }

    static void goesByAnother(HttpConversation conversation) {
        conversation.setAttribute(LOST, lost(conversation) + 1);
    }

    private static int lost(HttpConversation conversation) {
        return conversation.getAttribute(LOST) instanceof Integer lost ? lost : 0;
    }

    private static int count(HttpConversation conversation) {
        return conversation.getAttribute(COUNT) instanceof Integer count ? count : 0;
    }
}
