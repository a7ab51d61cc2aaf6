package dev.onehop.k8s;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the API server is and who we are, as fabric8's {@link Config}, with our own settings for its HTTP client:
 * retries are the {@link Reflector}'s business, and HTTP/1.1 gives every watch a connection of its own, so that cutting
 * a silent watch cuts the connection that died.
 *
 * <p>Pure, but for reading files.
 */
final class ApiConfig {

    private ApiConfig() {}

    /** In a cluster the service account, otherwise the kubeconfig that kubectl would use. Never fails. */
    static Config detected() {
        return ours(Config.autoConfigure(null));
    }

    /** A copy of {@code config}, which stays as it is. */
    static Config given(Config config) {
        return ours(new ConfigBuilder(config).build());
    }

    /**
     * The current context of a kubeconfig.
     *
     * @throws IllegalArgumentException when there is no such file, or it is no kubeconfig
     */
    static Config kubeconfig(Path path) {
        String name = "kubeconfig: " + Printable.text(path.toString());
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(name + " does not exist (expected: a kubeconfig file)");
        }
        if (!Files.isReadable(path)) {
            throw new IllegalArgumentException(name + " cannot be read (expected: a file this process may read)");
        }
        Config config;
        try {
            config = Config.fromKubeconfig(path.toFile());
        } catch (RuntimeException notAKubeconfig) {
            throw new IllegalArgumentException(
                    name + " cannot be parsed (expected: YAML of kind Config, apiVersion v1): "
                            + Printable.text(String.valueOf(notAKubeconfig.getMessage())),
                    notAKubeconfig);
        }
        if (config.getCurrentContext() == null) {
            throw new IllegalArgumentException(
                    name + " has no usable current-context (expected: current-context naming one of its contexts)");
        }
        return ours(config);
    }

    /**
     * Refuses a configuration that does not check whom it talks to (S-14): an environment variable or a system property
     * can say so as well as code.
     *
     * @throws IllegalArgumentException when it does not, and {@code insecure} was not asked for in code
     */
    static void checkTls(Config config, boolean insecure) {
        if (insecure || !(config.isTrustCerts() || config.isDisableHostnameVerification())) {
            return;
        }
        String what = config.isTrustCerts() ? "trustCerts" : "disableHostnameVerification";
        throw new IllegalArgumentException(
                what + ": true (expected: false, or insecure(true) in code). The kubeconfig, "
                        + "KUBERNETES_TRUST_CERTIFICATES, KUBERNETES_DISABLE_HOSTNAME_VERIFICATION or a system property "
                        + "turns off the check of the API server's identity");
    }

    /** The namespace of the service account or the context; kubectl's {@code default} for a context without one. */
    static @Nullable String namespace(Config config) {
        if (config.getNamespace() != null && !config.getNamespace().isEmpty()) {
            return config.getNamespace();
        }
        return config.getCurrentContext() == null ? null : "default";
    }

    private static Config ours(Config config) {
        config.setRequestRetryBackoffLimit(0);
        config.setOnlyHttpWatches(true);
        config.setHttp2Disable(true);
        return config;
    }
}
