package dev.onehop.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.onehop.Onehop;
import dev.onehop.eligible.Verdict;
import dev.onehop.service.Endpoint;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    private final StaticDiscovery discovery = StaticDiscovery.create();

    @Test
    void namesEveryBackendWithItsChanceAndEverybodyElseWithTheRule() throws Exception {
        Endpoint sick = Endpoint.builder("10.244.0.9")
                .conditions(false, false, false)
                .pod("sick", "u1")
                .build();
        Endpoint leaving = Endpoint.builder("10.244.0.10")
                .conditions(false, true, true)
                .pod("leaving", "u2")
                .build();
        discovery.set(
                SampleService.service(),
                SampleService.slice("api-1", List.of(SampleService.pod(0), SampleService.pod(1), sick, leaving)));

        Explanation explained = explain("api.shop:80");

        assertThat(explained.service()).isEqualTo("shop/api");
        assertThat(explained.verdict()).isEqualTo(Verdict.BACKENDS);
        assertThat(explained.rule()).isEqualTo("R20");
        assertThat(explained.clusterIp()).isEqualTo("10.96.0.10");
        assertThat(explained.view().state()).isEqualTo("live");
        assertThat(explained.backends())
                .extracting(Explanation.Candidate::address, Explanation.Candidate::probability)
                .containsExactlyInAnyOrder(tuple("10.244.0.1:8080", 0.5), tuple("10.244.0.2:8080", 0.5));
        assertThat(explained.excluded())
                .extracting(Explanation.LeftOut::pod, Explanation.LeftOut::rule)
                .containsExactlyInAnyOrder(tuple("sick", "R20"), tuple("leaving", "R22"));
        assertThat(explained.text())
                .contains("shop/api port 80/TCP IPv4")
                .contains("-> ")
                .contains("50.0 %")
                .contains("pod pod-0")
                .contains("R20: it is not ready (slice api-1)");
    }

    @Test
    void saysWhyNobodyIsPicked() throws Exception {
        discovery.set(SampleService.service());

        Explanation explained = explain("api.shop:80");

        assertThat(explained.verdict()).isEqualTo(Verdict.REJECT);
        assertThat(explained.backends()).isEmpty();
        assertThat(explained.text()).contains("REJECT").contains("no endpoints");
    }

    @Test
    void controlCharactersInNamesNeverReachTheTerminal() throws Exception {
        Endpoint hostile = Endpoint.builder("10.244.0.1")
                .pod("evil\u001b[2J\r\n[ERROR] pwned", "u")
                .node("n\u0007")
                .build();
        discovery.set(SampleService.service(), SampleService.slice("api\u001b-1", List.of(hostile)));

        String text = explain("api.shop:80").text();

        assertThat(text).doesNotContain("\u001b").doesNotContain("\r").doesNotContain("\u0007");
        assertThat(text.lines().filter(line -> line.startsWith("[ERROR]"))).isEmpty();
    }

    private Explanation explain(String address) throws Exception {
        try (var onehop =
                Onehop.builder().discovery(discovery).meshDetection(false).build()) {
            var balancer = onehop.balancer(address);
            balancer.ready().toCompletableFuture().get(5, TimeUnit.SECONDS);
            return balancer.explain();
        }
    }
}
