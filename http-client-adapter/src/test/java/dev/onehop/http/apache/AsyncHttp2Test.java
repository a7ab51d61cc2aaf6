package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.Http2Contract;
import dev.onehop.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 with Apache's asynchronous client: what all clients keep, and what is its own. */
class AsyncHttp2Test extends Http2Contract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return AsyncClient.over(onehop, setup);
    }

    @Test
    void f18_withApachesOwnStrategyARefusedGetIsRepeatedAndAPostIsNot() throws Exception {
        pod("pod-1", null);
        publish(null);
        ClientUnderTest client = closing(AsyncClient.over(onehop(), http2(null), new ConnectRetries()));

        assertThat(client.get(URL + "/refused-once").status()).isEqualTo(200);
        assertThatThrownBy(() -> client.send("POST", URL + "/refused", "order")).isInstanceOf(IOException.class);

        assertThat(asked("/refused-once")).isEqualTo(2);
        assertThat(asked("/refused")).isEqualTo(1);
    }

    @Test
    void f18_withOnehopsStrategyARefusedPostIsRepeatedAndNotTwice() throws Exception {
        pod("pod-1", null);
        publish(null);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop, http2(null));

        assertThat(client.send("POST", URL + "/refused-once", "order").status()).isEqualTo(200);
        assertThatThrownBy(() -> client.send("POST", URL + "/refused", "order")).isInstanceOf(IOException.class);

        assertThat(asked("/refused-once")).isEqualTo(2);
        assertThat(asked("/refused")).isEqualTo(2);
        assertThat(balancer(onehop).tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(3);
        assertThat(balancer(onehop).tally().failed()).isEqualTo(3);
    }

    @Test
    void s08_overHttp2ACertificateForThePodsAddressAloneIsRefused(@TempDir Path folder) throws Exception {
        TestCertificate address = TestCertificate.ofAddress("127.0.0.1", folder);
        pod("pod-1", address);
        publish(null);
        ClientUnderTest client = client(onehop(), http2(TestCertificate.trusting(address)));

        assertThatThrownBy(() -> client.get("https://api-service.shop:80/")).isInstanceOf(IOException.class);

        assertThat(running.get(0).seen()).isEmpty();
    }
}
