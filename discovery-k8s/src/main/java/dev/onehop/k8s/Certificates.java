package dev.onehop.k8s;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration says about certificates and keys, files included, as a digest: equal where nothing has changed,
 * and telling nothing of a key (S-17).
 *
 * <p>Pure, but for reading files.
 */
final class Certificates {

    private Certificates() {}

    /** A file that cannot be read counts as empty: whoever connects with it will say so. */
    static String fingerprint(Config config) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
        Stream.of(config.getCaCertData(), config.getClientCertData(), config.getClientKeyData())
                .forEach(data -> add(digest, data == null ? new byte[0] : data.getBytes(StandardCharsets.UTF_8)));
        Stream.of(
                        config.getCaCertFile(),
                        config.getClientCertFile(),
                        config.getClientKeyFile(),
                        config.getTrustStoreFile(),
                        config.getKeyStoreFile())
                .forEach(file -> add(digest, bytes(file)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, byte[] part) {
        digest.update((byte) (part.length == 0 ? 0 : 1));
        digest.update(part);
    }

    private static byte[] bytes(@Nullable String file) {
        if (file == null || file.isEmpty()) {
            return new byte[0];
        }
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException | RuntimeException unreadable) {
            return new byte[0];
        }
    }
}
