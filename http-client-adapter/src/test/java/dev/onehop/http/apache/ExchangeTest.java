package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Balancer;
import dev.onehop.HeldConnection;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class ExchangeTest extends ContractFixture {

    private static final Setup PLAIN = new Setup(null, false, Duration.ofSeconds(3), Duration.ofSeconds(10), 4);

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ClassicClient.over(onehop, setup);
    }

    @Test
    void nonsenseOnAUsedConnectionSpeaksAgainstThePodAndIsNotAskedForAgain() throws Exception {
        Onehop onehop = onehop();
        nonsense(onehop, ClassicClient.over(onehop, PLAIN));
    }

    @Test
    void nonsenseOnAUsedConnectionOfTheAsynchronousClientIsNotAskedForAgainEither() throws Exception {
        Onehop onehop = onehop();
        nonsense(onehop, AsyncClient.over(onehop, PLAIN));
    }

    private void nonsense(Onehop onehop, ClientUnderTest opened) throws Exception {
        ClientUnderTest client = closing(opened);
        LoopbackPods pods = pods(1);
        assertThat(client.get(URL + "/").status()).isEqualTo(200);
        pods.get(0).answeringGarbage("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n");

        assertThatThrownBy(() -> client.get(URL + "/")).isInstanceOf(IOException.class);

        assertThat(pods.requests()).isEqualTo(2);
        assertThat(balancer(onehop).tally().failed(Signal.STALE_CONNECTION)).isZero();
        assertThat(balancer(onehop).tally().failed(Signal.RESET)).isEqualTo(1);
    }

    @Test
    void whatEndsAnExchangeIsNoEvidenceAgainstThePodsConnects() throws Exception {
        pods(1);
        Balancer balancer = balancer(onehop());

        exchange(balancer).failed(new SSLHandshakeException("Received fatal alert: access_denied"));
        exchange(balancer).failed(new NoRouteToHostException("No route to host"));

        assertThat(balancer.tally().failed(Signal.TLS_CLIENT_REFUSED)).isEqualTo(1);
        assertThat(balancer.tally().failed(Signal.RESET)).isEqualTo(1);
        assertThat(balancer.eligible().ejected()).isEmpty();
    }

    private static Exchange exchange(Balancer balancer) throws IOException {
        HeldConnection held = balancer.connect(Duration.ofSeconds(3), (attempt, timeout) -> attempt.hold(() -> {}));
        var lease = new Lease();
        lease.connected(held);
        return Objects.requireNonNull(lease.next());
    }
}
