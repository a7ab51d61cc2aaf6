package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.health.Signal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A short connect timeout over TLS, whose handshake takes a busy pod longer than a connect. */
@EnabledIfSystemProperty(named = "jdk.httpclient.allowRestrictedHeaders", matches = "host")
class HttpsConnectTimeoutTest extends HttpsFixture {

    private static final Duration OWN = Duration.ofMillis(500);
    private static final int TRIES = 30;

    @Test
    void aHandshakeThatIsSlowIsWaitedForAsLongAsTheConnectTimeoutAllows() throws Exception {
        var pods = new TlsPod[] {pod("pod-1", api), pod("pod-1", api), pod("pod-1", api)};
        for (TlsPod each : pods) {
            each.slowBy(Duration.ofMillis(200));
        }
        service("api-service", pods[0].port(), pods[1].port(), pods[2].port());

        int tries = 1;
        while (!isAnswered() && tries < TRIES) { // a machine that stalls makes handshakes slower still
            tries++;
        }

        assertThat(tries).as("tries until one was answered").isLessThan(TRIES);
    }

    @Test
    void noPodIsBlamedForADialThatIsTooShortForAHandshake() throws Exception {
        try (var one = silent();
                var two = silent();
                var three = silent()) {
            service("api-service", one.getLocalPort(), two.getLocalPort(), three.getLocalPort());
            service("other-service", pod("other", other).port());
            get(OTHER); // so that loading classes is not counted
            balancer().ready().toCompletableFuture().join();
            over(client().connectTimeout(OWN).build());

            assertThatThrownBy(() -> get(API)).isInstanceOf(HttpConnectTimeoutException.class);

            System.out.printf(
                    "F-21 JDK: connect timeout %d ms, 3 pods stall: %d dials, %d of them held against the pod%n",
                    OWN.toMillis(),
                    balancer().tally().started(),
                    balancer().tally().failed(Signal.CONNECT_TIMEOUT));
            assertThat(balancer().tally().failed(Signal.CONNECT_TIMEOUT))
                    .as("the first had 300 ms")
                    .isLessThanOrEqualTo(1);
        }
    }

    /** By a client that keeps no connection of an earlier call's. */
    private boolean isAnswered() throws InterruptedException {
        over(client().connectTimeout(OWN).build());
        try {
            return get(API).statusCode() == 200;
        } catch (IOException late) {
            return false;
        }
    }

    private static ServerSocket silent() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }
}
