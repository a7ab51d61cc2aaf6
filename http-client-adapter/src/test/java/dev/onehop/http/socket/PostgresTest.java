package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.onehop.Onehop;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPods;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** The recipe for PostgreSQL's JDBC driver. */
class PostgresTest {

    private static final String URL = "jdbc:postgresql://orders-db.shop:5432/postgres";

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final ServicePods db = new ServicePods(discovery, "orders-db", 5432);
    private final Onehop onehop = LoopbackPods.onehop(discovery).build();
    private final NamedSocketFactory.Registration registered = NamedSocketFactory.register("pods", onehop);

    @AfterEach
    void closeAll() {
        registered.close();
        onehop.close();
    }

    @Test
    void connectionsGoToDistinctPodsAndPastOneThatRefuses() throws Exception {
        int nobody = freePort();
        try (var first = FakePostgres.start(101);
                var second = FakePostgres.start(102)) {
            db.publish(first.port(), second.port(), nobody);
            var pids = new HashSet<Integer>();
            for (int i = 0; i < 30; i++) {
                try (Connection connection = DriverManager.getConnection(URL, recipe())) {
                    pids.add(connection.unwrap(PGConnection.class).getBackendPID());
                }
            }

            assertThat(pids).containsExactlyInAnyOrder(101, 102);
            assertThat(first.startups())
                    .allSatisfy(startup -> assertThat(startup).contains("user", "postgres"));
            assertThat(onehop.forHost("orders-db.shop", 5432)
                            .orElseThrow()
                            .tally()
                            .inFlight())
                    .isZero();
        }
    }

    @Test
    void aRealServerAnswersQueries() throws Exception {
        try (EmbeddedPostgres server = postgres()) {
            db.publish(freePort(), server.getPort());

            for (int i = 0; i < 5; i++) {
                try (Connection connection = DriverManager.getConnection(URL, recipe());
                        var statement = connection.createStatement();
                        ResultSet answer = statement.executeQuery("select 6 * 7, inet_server_port()")) {
                    assertThat(answer.next()).isTrue();
                    assertThat(answer.getInt(1)).isEqualTo(42);
                    assertThat(answer.getInt(2)).isEqualTo(server.getPort());
                }
            }

            assertThat(onehop.forHost("orders-db.shop", 5432)
                            .orElseThrow()
                            .tally()
                            .succeeded())
                    .isEqualTo(5);
        }
    }

    @Test
    void aNameThatNobodyRegisteredIsNamedInTheError() {
        Properties properties = recipe();
        properties.setProperty("socketFactoryArg", "nobody");

        assertThatThrownBy(() -> DriverManager.getConnection(URL, properties))
                .isInstanceOf(PSQLException.class)
                .hasStackTraceContaining("'nobody' is not registered (expected: one of [pods]");
        assertThatThrownBy(() -> NamedSocketFactory.register("pods", onehop)).hasMessageContaining("'pods'");
    }

    private static Properties recipe() {
        var properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("password", "postgres");
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("assumeMinServerVersion", "14");
        properties.setProperty("socketFactory", NamedSocketFactory.class.getName());
        properties.setProperty("socketFactoryArg", "pods");
        return properties;
    }

    /** As root, which PostgreSQL refuses to be, it is started in a user namespace; not every machine allows one. */
    private static EmbeddedPostgres postgres() {
        try {
            return EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofSeconds(30))
                    .start();
        } catch (IOException | IllegalStateException e) {
            return abort("PostgreSQL cannot be started here: " + e);
        }
    }

    /** A port nobody listens on. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }
}
