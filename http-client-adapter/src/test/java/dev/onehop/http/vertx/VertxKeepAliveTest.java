package dev.onehop.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.KeepAliveContract;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Vert.x's client keeps the contract of all clients that keep connections, but for sending requests again. */
class VertxKeepAliveTest extends KeepAliveContract {

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return VertxClient.over(onehop, setup);
    }

    /** Vert.x sends no request again: one that overtakes the news of its connection's end is its caller's to repeat. */
    @Test
    @Override
    protected void f15_connectionsThatPodsCloseWhenIdleFailNoGetAndEjectNobody() throws Exception {
        LoopbackPods pods = pods(3);
        Onehop onehop = onehop();
        ClientUnderTest client = client(onehop);
        int repeated = 0;
        for (int i = 0; i < 30; i++) {
            try {
                client.get(URL + "/" + i);
            } catch (IOException closed) {
                repeated++;
                client.get(URL + "/" + i);
            }
            pods.forEach(LoopbackPod::closeIdle);
        }

        System.out.println("F-15 VertxKeepAliveTest: " + repeated + " of 30 repeated by their caller");
        assertThat(balancer(onehop).eligible().ejected()).isEmpty();
        assertThat(pods.requests()).isEqualTo(30);
    }
}
