package dev.onehop.http.jetty;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.client.transport.ResponseListeners;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the caller's listeners until the answer begins. Where there is none, because the pod had closed the
 * connection when the request came, or says that it has not begun with it, the request is sent again and the caller hears of
 * nothing (reliability 3.1): in the first case only one that is idempotent and has no body, in the second any, once, whose
 * body can be given again.
 *
 * <p>Shared: as its exchange.
 */
final class SentAgain implements Response.Listener {

    /** Those of RFC 9110 9.2.2. */
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    /** So many connections of a pool may one call find closed: pods that close what is idle close all of it at one time. */
    private static final int MOST = 5;

    private static final String COUNT = SentAgain.class.getName();
    private static final String REFUSED = COUNT + ".refused";
    private static final String LOST = COUNT + ".lost";

    private final HttpRequest request;
    private final PodExchange watched;

    private SentAgain(HttpRequest request, PodExchange watched) {
        this.request = request;
        this.watched = watched;
    }

    /** Null for a request that is not to be sent twice, whatever becomes of it. */
    static @Nullable SentAgain of(HttpRequest request, PodExchange watched) {
        boolean repeatable = request.getTrailersSupplier() == null && request.getURI() != null;
        return repeatable ? new SentAgain(request, watched) : null;
    }

    @Override
    public void onFailure(Response response, Throwable failure) {
        watched.onFailure(response, failure);
    }

    @Override
    public void onComplete(Result result) {
        if (!isAborted(result) && isAgain()) {
            watched.over();
            again().send(null);
            return;
        }
        HttpConversation conversation = request.getConversation();
        conversation.updateResponseListeners(null);
        ResponseListeners callers = conversation.getResponseListeners();
        if (result.isFailed()) {
            callers.notifyFailure(result.getResponse(), result.getFailure());
        }
        callers.notifyComplete(result);
    }

    /** By its caller, after the pod had refused it. */
    private boolean isAborted(Result result) {
        Throwable cause = request.getAbortCause();
        return cause != null && cause != result.getResponseFailure() && cause != result.getRequestFailure();
    }

    private boolean isAgain() {
        HttpConversation conversation = request.getConversation();
        Request.Content body = request.getBody();
        if (conversation.getAttribute(HttpUpgrader.class.getName()) != null) {
            return false; // it has prepared this one request
        }
        if (watched.isRefused()) {
            return counted(conversation, REFUSED) == 0
                    && (body == null || body.rewind())
                    && counts(conversation, REFUSED);
        }
        return watched.isStale()
                && IDEMPOTENT.contains(request.getMethod())
                && (body == null || body.getLength() == 0)
                && counted(conversation, COUNT) < MOST
                && counts(conversation, COUNT);
    }

    private Request again() {
        HttpRequest copy = request.copy(request.getURI());
        copy.headers(fresh -> fresh.clear().add(watched.headers()));
        request.getCookies().forEach(copy::cookie);
        request.getAttributes().forEach(copy::attribute);
        if (request.getTimeoutNanoTime() != Long.MAX_VALUE) {
            copy.timeout(Math.max(1, NanoTime.millisUntil(request.getTimeoutNanoTime())), TimeUnit.MILLISECONDS);
        }
        return copy.transport(request.getTransport());
    }

    /** Whether a call may go by another connection, where one that was never used is closed before a byte of it was sent. */
    static boolean mayGoByAnother(HttpConversation conversation) {
        return counted(conversation, LOST) < MOST;
    }

    static void goesByAnother(HttpConversation conversation) {
        counts(conversation, LOST);
    }

    private static int counted(HttpConversation conversation, String what) {
        return conversation.getAttribute(what) instanceof Integer count ? count : 0;
    }

    private static boolean counts(HttpConversation conversation, String what) {
        conversation.setAttribute(what, counted(conversation, what) + 1);
        return true;
    }
}
