package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.onehop.Balancer;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.testing.LoopbackPod;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.slf4j.LoggerFactory;

/** What becomes of {@code https://} where the JVM does not let programs set {@code Host}. */
@DisabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class HttpsWithoutTheFlagTest extends HttpFixture {

    @Test
    void httpsGoesToTheClusterIpIsCountedAndTheLogNamesTheFlagOnce() {
        LoopbackPod clusterIp = clusterIp();
        Balancer balancer = onehop.balancer("api-service.shop:" + clusterIp.port());
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        var log = (Logger) LoggerFactory.getLogger(OnehopHttpClient.class);
        Level before = log.getLevel();
        log.setLevel(Level.WARN);
        log.setAdditive(false);
        log.addAppender(said);
        try {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> get("https://api-service.shop:" + clusterIp.port() + "/"))
                        .isInstanceOf(IOException.class);
            }
        } finally {
            log.detachAppender(said);
            log.setAdditive(true);
            log.setLevel(before);
        }

        assertThat(clusterIp.accepts()).isPositive();
        assertThat(balancer.explain().fallbacks()).containsExactly(Map.entry(FallbackReason.PROTOCOL_UNSUPPORTED, 2L));
        assertThat(pods.accepts()).isZero();
        assertThat(said.list)
                .singleElement()
                .satisfies(event -> assertThat(event.getFormattedMessage())
                        .contains("api-service.shop", "-Djdk.httpclient.allowRestrictedHeaders=host"));
    }
}
