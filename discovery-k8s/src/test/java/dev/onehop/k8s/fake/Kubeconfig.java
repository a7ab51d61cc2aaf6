package dev.onehop.k8s.fake;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The file a client needs to reach this server: address, authority, token.
 *
 * <p>Immutable.
 */
record Kubeconfig(
        String url,
        @Nullable String caCertificatePem,
        @Nullable String token) {

    String text() {
        String pem = caCertificatePem;
        String authority = pem == null
                ? ""
                : "    certificate-authority-data: "
                        + Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)) + "\n";
        String user = token == null ? "  user: {}\n" : "  user:\n    token: \"" + token + "\"\n";
        return """
                apiVersion: v1
                kind: Config
                current-context: fake
                clusters:
                - name: fake
                  cluster:
                    server: %s
                %scontexts:
                - name: fake
                  context:
                    cluster: fake
                    user: fake
                users:
                - name: fake
                %s""".formatted(url, authority, user);
    }
}
