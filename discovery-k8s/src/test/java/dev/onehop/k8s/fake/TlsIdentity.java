package dev.onehop.k8s.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A fresh self-signed certificate for one address, its key, and the context that serves them.
 *
 * <p>Made by the JDK's own {@code keytool}, in a directory that is gone afterwards. Immutable.
 *
 * @param certificatePem the certificate, which is its own authority
 */
record TlsIdentity(SSLContext context, String certificatePem) {
    private static final String ALIAS = "fake-apiserver";
    private static final long KEYTOOL_SECONDS = 60;

    static TlsIdentity selfSigned(String address) {
        try {
            Path directory = Files.createTempDirectory(ALIAS);
            Path file = directory.resolve("keys.p12");
            try {
                String password = UUID.randomUUID().toString();
                keytool(address, file, password);
                return load(file, password.toCharArray());
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("self-signed certificate for " + address + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while keytool made a certificate", e);
        }
    }

    private static void keytool(String address, Path file, String password) throws IOException, InterruptedException {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        String names = "ip:" + address + ",ip:127.0.0.1,dns:localhost";
        // A name of its own per certificate: after a rotation the old one must not pass for the new one's issuer.
        String subject = "CN=" + ALIAS + "-" + UUID.randomUUID();
        Process process = new ProcessBuilder(
                        tool.toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        subject,
                        "-ext",
                        "san=" + names,
                        "-ext",
                        "bc:c=ca:true",
                        "-validity",
                        "3650",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        password,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("keytool: no answer (expected: within " + KEYTOOL_SECONDS + " s)");
        }
        if (process.exitValue() != 0) {
            throw new IOException("keytool: exit " + process.exitValue() + " for names " + names + " (expected: 0)");
        }
    }

    private static TlsIdentity load(Path file, char[] password) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(keys.getCertificate(ALIAS).getEncoded());
        return new TlsIdentity(context, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }
}
