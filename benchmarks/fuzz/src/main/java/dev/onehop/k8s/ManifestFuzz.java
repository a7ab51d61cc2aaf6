package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.Fuzzed;
import dev.onehop.service.ServiceKey;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Bytes as manifests: read, mapped and routed, or refused by an IllegalArgumentException. What the quick reader of
 * kubectl's YAML reads, the full one reads the same.
 */
public final class ManifestFuzz {

    private ManifestFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzed.within1Second(() -> {
            try {
                read(input);
            } catch (IllegalArgumentException documented) {
                String message = String.valueOf(documented.getMessage());
                boolean isNamed = message.startsWith("manifest ")
                        || message.endsWith("declared in fuzz and in fuzz (expected: once)");
                Fuzzed.must(isNamed, "%s", message);
            }
            sameAsTheFullReader(new String(input, StandardCharsets.UTF_8));
        });
    }

    private static void read(byte[] input) {
        try (ManifestDiscovery manifests = ManifestDiscovery.of("fuzz", new ByteArrayInputStream(input))) {
            for (ServiceKey service : manifests.services()) {
                manifests
                        .subscribe(service, view -> Fuzzed.route(service, view))
                        .close();
            }
        }
    }

    private static void sameAsTheFullReader(String text) {
        List<JsonNode> quick = BlockYaml.documents(text);
        if (quick != null) {
            Fuzzed.must(quick.equals(YamlTrees.documents("fuzz", text)), "two readings");
        }
    }
}
