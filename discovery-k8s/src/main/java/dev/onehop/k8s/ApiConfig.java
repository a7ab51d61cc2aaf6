package dev.onehop.k8s;

import dev.onehop.service.Printable;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
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

    /**
     * The kubeconfig that kubectl would use, where there is none the service account.
     *
     * @throws IllegalArgumentException when that kubeconfig cannot be parsed; without a cause, which would quote it (S-17)
     */
    static Config detected() {
        try {
            return ours(Config.autoConfigure(null));
        } catch (RuntimeException quotesTheFile) {
            throw new IllegalArgumentException(
                    "kubeconfig: the one KUBECONFIG or the home directory names cannot be parsed "
                            + "(expected: block-style YAML or JSON of kind Config, apiVersion v1)");
        }
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
        String name = "kubeconfig: " + Printable.of(path.toString());
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(name + " does not exist (expected: a kubeconfig file)");
        }
        if (!Files.isReadable(path)) {
            throw new IllegalArgumentException(name + " cannot be read (expected: a file this process may read)");
        }
        String objection;
        try (InputStream in = Files.newInputStream(path)) {
            objection = KubeconfigCheck.objection(
                    Serialization.unmarshal(in, io.fabric8.kubernetes.api.model.Config.class));
        } catch (IOException | RuntimeException quotesTheFile) {
            throw unparsable(name);
        }
        if (objection != null) {
            throw new IllegalArgumentException(name + " " + objection);
        }
        try {
            return ours(Config.fromKubeconfig(path.toFile()));
        } catch (RuntimeException quotesTheFile) {
            throw unparsable(name);
        }
    }

    private static IllegalArgumentException unparsable(String name) {
        return new IllegalArgumentException(
                name + " cannot be parsed (expected: block-style YAML or JSON of kind Config, apiVersion v1)");
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

    /**
     * Refuses an address that is none, and one that would carry a credential in clear to another machine: fabric8 makes
     * {@code http} of an address without a scheme when its probe of TLS fails.
     *
     * @throws IllegalArgumentException naming the address
     */
    static void checkAddress(Config config, boolean insecure) {
        String url = String.valueOf(config.getMasterUrl());
        String name = "API server: " + Printable.of(url.replaceAll("//[^/]*@", "//...@"));
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException noUri) {
            throw new IllegalArgumentException(name + " (expected: an http or https URL)");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        boolean usable = (scheme.equals("http") || scheme.equals("https"))
                && host != null
                && !uri.getRawAuthority().endsWith(":")
                && uri.getPort() <= 65_535;
        if (!usable) {
            throw new IllegalArgumentException(
                    name + " (expected: an http or https URL with a host and port 1..65535)");
        }
        boolean here = host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
        if (scheme.equals("http") && !here && !insecure && hasCredential(config)) {
            throw new IllegalArgumentException(
                    name + " would get credentials in clear (expected: https, or insecure(true) in code)");
        }
    }

    private static boolean hasCredential(Config config) {
        return config.getOauthTokenProvider() != null
                || config.getAuthProvider() != null
                || Stream.of(
                                config.getOauthToken(),
                                config.getAutoOAuthToken(),
                                config.getUsername(),
                                config.getPassword(),
                                config.getClientCertFile(),
                                config.getClientCertData())
                        .anyMatch(each -> each != null && !each.isEmpty());
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
