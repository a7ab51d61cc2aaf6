package dev.onehop.http.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.Onehop;
import dev.onehop.pick.PickPolicy;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code RestClient} and {@code WebClient} go to pods over whichever client they are given. */
class SpringClientsTest {

    private static final String URL = "http://api-service.shop/orders";

    @ParameterizedTest
    @EnumSource
    void postsGoToPodsAsTheServicesAndPastOneThatRefuses(SpringClient client) {
        try (LoopbackPods pods = LoopbackPods.start(3);
                Onehop onehop = pods.onehop().policy(PickPolicy.roundRobin()).build()) {
            pods.get(1).refuse();
            SpringClient.Posts posts = client.over(onehop);

            for (int i = 0; i < 6; i++) {
                assertThat(posts.post(URL, "order " + i)).isEqualTo("order " + i); // which the pod has sent back
            }

            assertThat(pods.requests()).isEqualTo(6);
            assertThat(pods.all()).flatExtracting(LoopbackPod::requests).allSatisfy(request -> {
                assertThat(request.host()).isEqualTo("api-service.shop");
                assertThat(request.path()).isEqualTo("/orders");
            });
        }
    }
}
