package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Balancer;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.testing.LoopbackPod;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** What becomes of WebSockets where the JVM does not let programs set {@code Host}. */
@DisabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class WebSocketWithoutTheFlagTest extends HttpFixture {

    @Test
    void theyGoToTheClusterIpAndAreCounted() {
        LoopbackPod clusterIp = clusterIp();
        Balancer balancer = onehop.balancer("api-service.shop:" + clusterIp.port());
        URI url = URI.create("ws://api-service.shop:" + clusterIp.port() + "/");

        assertThatThrownBy(() -> http.newWebSocketBuilder()
                        .buildAsync(url, new WebSocket.Listener() {})
                        .join())
                .hasCauseInstanceOf(WebSocketHandshakeException.class);

        assertThat(clusterIp.requests()).hasSize(1);
        assertThat(balancer.explain().fallbacks()).containsExactly(Map.entry(FallbackReason.PROTOCOL_UNSUPPORTED, 1L));
        assertThat(pods.accepts()).isZero();
    }
}
