package dev.onehop.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KubeProxyRulesTest {

    /** Every cluster has these two chains; their names are in countless bug reports. */
    @Test
    void chainsAreNamedAsOnEveryCluster() {
        assertThat(new KubeProxyRules("default/kubernetes:https", List.of()).serviceChain())
                .isEqualTo("KUBE-SVC-NPX46M4PTMTKRN6Y");
        assertThat(new KubeProxyRules("kube-system/kube-dns:dns-tcp", List.of()).serviceChain())
                .isEqualTo("KUBE-SVC-ERIFXISQEP7F7OF4");
    }

    @Test
    void eachRuleTakesItsShareOfWhatIsLeft() {
        var rules = new KubeProxyRules("default/api-service:http", List.of("a:1", "b:1", "c:1"));

        assertThat(rules.lines())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("p=0.33333  KUBE-SEP-"),
                        second -> assertThat(second).startsWith("p=0.50000  KUBE-SEP-"),
                        third -> assertThat(third).startsWith("else       KUBE-SEP-"));
    }

    @Test
    void manyEndpointsAreCutShort() {
        var rules = new KubeProxyRules("a/b", List.of("a:1", "b:1", "c:1", "d:1", "e:1", "f:1"));

        assertThat(rules.lines()).hasSize(5).last().isEqualTo("... and 2 more");
    }
}
