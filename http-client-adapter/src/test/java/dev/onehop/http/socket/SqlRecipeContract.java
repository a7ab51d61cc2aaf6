package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.TestCertificate;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the recipes for MySQL's and MariaDB's drivers have in common, shown on two MariaDB servers. */
@Tag("contract")
abstract class SqlRecipeContract {

    /** Where nobody ever listens. */
    private static final InetSocketAddress DEAD = new InetSocketAddress("127.0.78.9", 1);

    @TempDir
    private static Path folder;

    private static TestCertificate forTheService;
    private static TestCertificate forTheAddress;
    private static EmbeddedMariaDb first;
    private static EmbeddedMariaDb second;

    final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final ServicePods sql = new ServicePods(discovery, "orders-sql", 3306);
    final Onehop onehop = LoopbackPods.onehop(discovery).build();
    private final NamedSocketFactory.Registration registered = NamedSocketFactory.register("pods", onehop);

    abstract SqlDriver driver();

    /** The recipe, with TLS that checks whose certificate it is. */
    abstract Properties verifying(Path trustStore, String password);

    @BeforeAll
    static void startServers() throws Exception {
        forTheService = TestCertificate.of("orders-sql.shop", folder);
        forTheAddress = TestCertificate.ofAddress(EmbeddedMariaDb.ADDRESS, folder);
        try {
            first = EmbeddedMariaDb.start(Files.createDirectory(folder.resolve("first")), forTheService);
            second = EmbeddedMariaDb.start(Files.createDirectory(folder.resolve("second")), forTheAddress);
        } catch (EmbeddedMariaDb.CannotRunException e) {
            abort("MariaDB cannot be started here: " + e.getMessage());
        }
    }

    @AfterAll
    static void stopServers() throws Exception {
        for (EmbeddedMariaDb each : new EmbeddedMariaDb[] {first, second}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @AfterEach
    void closeAll() {
        registered.close();
        onehop.close();
    }

    @Test
    void connectionsGoToPodsAndPastOneThatRefusesAndQueriesAreAnswered() throws Exception {
        sql.publish(pod(first), pod(second), DEAD);
        Map<Integer, Integer> answers = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            answers.merge(whoAnswers(driver().recipe()), 1, Integer::sum);
        }

        assertThat(answers.keySet()).containsExactlyInAnyOrder(first.port(), second.port());
        assertThat(balancer().tally().succeeded()).isEqualTo(30);
        assertThat(balancer().tally().failed(Signal.CONNECT_REFUSED)).isPositive();
        assertThat(balancer().tally().inFlight()).isZero();
    }

    @Test
    void s07_aCertificateForTheServiceIsAccepted() throws Exception {
        sql.publish(pod(first));
        try (Connection connection = connect(verifying(trusting(forTheService), "changeit"));
                var statement = connection.createStatement();
                ResultSet cipher = statement.executeQuery("show status like 'Ssl_cipher'")) {
            assertThat(cipher.next()).isTrue();
            assertThat(cipher.getString(2)).startsWith("TLS");
        }
    }

    @Test
    void s08_aCertificateForThePodsAddressIsNot() throws Exception {
        sql.publish(pod(second));
        Path trusted = trusting(forTheAddress);

        assertThatThrownBy(() -> connect(verifying(trusted, "changeit")))
                .isInstanceOf(SQLException.class)
                .hasRootCauseInstanceOf(CertificateException.class)
                .rootCause()
                .hasMessageContaining("orders-sql.shop");
    }

    @Test
    void aStatementIsCancelledOverAConnectionOfItsOwn() throws Exception {
        sql.publish(pod(first));
        try (Connection connection = connect(driver().recipe());
                var statement = connection.createStatement()) {
            assertThat(balancer().tally().started()).isEqualTo(1);
            var ended = new CompletableFuture<Void>();
            var query = new Thread(() -> {
                try {
                    statement.execute("select sleep(60)");
                } catch (SQLException killed) {
                    // a server may answer so, or with nothing
                } finally {
                    ended.complete(null);
                }
            });
            query.setDaemon(true);
            query.start();
            await().atMost(20, TimeUnit.SECONDS).until(() -> {
                statement.cancel(); // which does nothing before the server has the statement
                return ended.isDone();
            });
        }

        assertThat(balancer().tally().started()).isGreaterThan(1);
    }

    @Test
    void namesThatAreNotOursGoTheDriversOwnWay() throws Exception {
        sql.publish(DEAD);
        try (Connection connection = driver().connect("elsewhere-sql.example:" + first.port(), driver().recipe())) {
            assertThat(connection.isValid(5)).isTrue();
        }

        assertThat(balancer().tally().started()).isZero();
    }

    final Balancer balancer() {
        return onehop.forHost("orders-sql.shop", 3306).orElseThrow();
    }

    final Connection connect(Properties properties) throws SQLException {
        return driver().connect("orders-sql.shop:3306", properties);
    }

    /** The port of the server at the other end. */
    final int whoAnswers(Properties properties) throws SQLException {
        try (Connection connection = connect(properties);
                var statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("select 6 * 7, @@port")) {
            assertThat(answer.next()).isTrue();
            assertThat(answer.getInt(1)).isEqualTo(42);
            return answer.getInt(2);
        }
    }

    final void publishedFirst() {
        sql.publish(pod(first));
    }

    private static InetSocketAddress pod(EmbeddedMariaDb server) {
        return new InetSocketAddress(EmbeddedMariaDb.ADDRESS, server.port());
    }

    private static Path trusting(TestCertificate certificate) throws Exception {
        Path file = folder.resolve("trusted.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("trusted", certificate.keys().getCertificate("pod"));
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "changeit".toCharArray());
        }
        return file;
    }
}
