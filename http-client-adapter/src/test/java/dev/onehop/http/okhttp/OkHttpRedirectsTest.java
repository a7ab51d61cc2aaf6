package dev.onehop.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Retirement;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodResponse;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Calls that go on: to where a redirect says, and to another pod when theirs leaves. */
class OkHttpRedirectsTest extends PlainPodsFixture {

    @Test
    void s12_aRedirectToAnotherHostLeavesOnehopAndOneToTheServiceStays() throws Exception {
        try (LoopbackPod foreign = clusterIp()) {
            pods.forEach(pod -> pod.answering(request -> switch (request.path()) {
                case "/away" -> PodResponse.redirect(302, "http://foreign.example:" + foreign.port() + "/");
                case "/on" -> PodResponse.redirect(302, URL + "end");
                default -> pod.echo(request);
            }));

            assertThat(get(URL + "away")).isEqualTo("cluster-ip");
            assertThat(get(URL + "on")).startsWith("pod-");
        }
        assertThat(tally().started()).isEqualTo(3);
        assertThat(tally().succeeded()).isEqualTo(3);
    }

    @Test
    void aRedirectByALeavingPodIsFollowedElsewhere() throws Exception {
        pods.forEach(pod -> pod.answering(request -> {
            if (request.path().equals("/on")) {
                List<LoopbackPod> staying = new ArrayList<>(pods.all());
                staying.remove(pod);
                discovery.set(LoopbackPods.service(), LoopbackPods.slices(staying));
                await().atMost(SOON).until(() -> tally().retirements(Retirement.LEFT) == 1);
                return PodResponse.redirect(307, URL + "end");
            }
            return pod.echo(request);
        }));

        RequestBody order = RequestBody.create("order", null);
        try (Response response = client.newCall(
                        new Request.Builder().url(URL + "on").post(order).build())
                .execute()) {
            assertThat(response.body().string()).isEqualTo("order");
        }

        assertThat(pods.all()).filteredOn(pod -> pod.requests().size() == 1).hasSize(2);
    }

    @Test
    void aBodyThatCanBeSentOnceOnlyIsSentOnANewConnectionWhenThePooledOneIsRetired() throws Exception {
        get(URL);
        LoopbackPod leaving = pods.all().stream()
                .filter(pod -> pod.accepts() == 1)
                .findFirst()
                .orElseThrow();
        List<LoopbackPod> staying = new ArrayList<>(pods.all());
        staying.remove(leaving);
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(staying));
        await().atMost(SOON).until(() -> balancer().eligible().size() == 2);

        try (Response response = client.newCall(
                        new Request.Builder().url(URL).post(new OneShot()).build())
                .execute()) {
            assertThat(response.body().string()).isEqualTo("order");
        }

        assertThat(leaving.requests()).hasSize(1);
    }
}
