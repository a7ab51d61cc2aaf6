package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The quick reading is the full one, or none. */
class BlockYamlTest {

    private static final String KUBECTL = """
            apiVersion: v1
            items:
            - apiVersion: v1
              kind: Service
              metadata:
                annotations:
                  kubectl.kubernetes.io/last-applied-configuration: |
                    {"apiVersion":"v1","kind":"Service", # no comment
                      "spec": {}}
                  quoted: "2026-11-22T05:00:00Z"
                  empty: ""
                  single: 'true'
                  strip: |-
                    - a: b
                labels: {}
                name: api-1.x
              spec:
                clusterIP: 10.96.0.1
                clusterIPs:
                - 10.96.0.1
                - fd00::1
                ports:
                - name: http
                  port: 80
                  targetPort: 0x50
                nothing:
                sessionAffinity: None
              status:
                loadBalancer: {}
            - addressType: IPv4
              endpoints:
              - addresses:
                - 10.0.0.1
                conditions:
                  ready: true
                  serving: False
                  terminating: false
              - - a
                - b: 1.50
                  c: 7
              kind: EndpointSlice
            kind: List
            metadata:
              resourceVersion: ""
            ---
            kind: Pod
            ports: []
            """;

    @Test
    void whatKubectlPrintsIsRead() {
        assertThat(BlockYaml.documents(KUBECTL)).isNotNull().isEqualTo(YamlTrees.documents("test", KUBECTL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "text\n",
                "a: b # comment\n",
                "# comment\na: b\n",
                "a: &x b\n",
                "a: *x\n",
                "a: !!str b\n",
                "a: {b: c}\n",
                "a: [b]\n",
                "a: b\n  folded\n",
                "a: \"b\\n\"\n",
                "a: 'it''s'\n",
                "a: >\n  folded\n",
                "a: |2\n  b\n",
                "a: |\n  b\n\n  c\n",
                "a: b\na: c\n",
                "a: b: c\n",
                "\ta: b\n",
                "a: b\r\n",
                "? a\n: b\n",
                "a: \u00e9\n",
                "a: -\n",
                "%YAML 1.2\n---\na: b\n",
                "a: b\n...\n",
                "true: a\n",
                "a:\n   b: c\n  d: e\n"
            })
    void anythingElseIsLeftToTheFullParser(String text) {
        assertThat(BlockYaml.documents(text)).isNull();
    }

    @Test
    void s21_nestingIsLeftToTheFullParserBeforeItIsTooDeep() {
        var deep = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            deep.append("- ");
        }

        assertThat(BlockYaml.documents(deep + "a\n")).isNull();
    }

    /** Each seed damages the text in a few places; what both read, both read alike. */
    @Test
    void noReadingDiffersFromTheFullParsers() {
        int read = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            String text = damaged(new Random(seed));
            List<JsonNode> quick = BlockYaml.documents(text);
            if (quick != null) {
                read++;
                assertThat(quick).as("seed %d:%n%s", seed, text).isEqualTo(full(text));
            }
        }
        assertThat(read).isGreaterThan(4_000);
    }

    private static Object full(String text) {
        try {
            return YamlTrees.documents("test", text);
        } catch (YamlEngineException noYaml) {
            return noYaml;
        }
    }

    private static String damaged(Random random) {
        var lines = new ArrayList<>(KUBECTL.lines().toList());
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            int column = random.nextInt(line.length() + 1);
            switch (random.nextInt(7)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(random.nextInt(lines.size()), line);
                case 2 -> lines.set(at, "  ".repeat(random.nextInt(3)) + line);
                case 3 -> lines.set(at, line.replaceFirst("^ {1,2}", ""));
                case 4 -> lines.set(at, line.substring(0, column));
                case 5 -> lines.add(at, "");
                default -> {
                    char any = " -:#|'\"[]{},&*!?>~.%@`\\n0x1a/_=<".charAt(random.nextInt(32));
                    lines.set(at, line.substring(0, column) + any + line.substring(column));
                }
            }
        }
        return String.join("\n", lines) + (random.nextBoolean() ? "\n" : "");
    }
}
