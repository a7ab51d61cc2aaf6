package dev.onehop.http.reactor;

import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientState;

/**
 * Notices when a connection or stream is ready for a request, which is about to be sent.
 *
 * <p>Shared: safe from any thread.
 */
final class HttpLeases implements ConnectionObserver {

    @Override
    public void onStateChange(Connection connection, State state) {
        if ((state == State.CONFIGURED || state == HttpClientState.STREAM_CONFIGURED)
                && connection instanceof HttpClientRequest request) {
            PodConnection pod = PodConnection.behind(connection.channel());
            SentCall call = SentCall.of(request.currentContextView());
            if (pod != null) {
                ExchangeHandler.on(connection.channel(), pod).begin(call);
            } else {
                call.goesElsewhere();
            }
        }
    }
}
