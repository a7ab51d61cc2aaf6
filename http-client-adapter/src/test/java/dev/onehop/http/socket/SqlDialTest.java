package dev.onehop.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.health.Signal;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recipes for MySQL's and MariaDB's drivers, as far as they can be shown without a database. */
class SqlDialTest {

    private static final String AUTHORITY = "orders-sql.shop:3306";

    /** The first connect loads its driver; without any limit it would be 127 s, and 30 s of MariaDB's. */
    private static final Duration AT_MOST = Duration.ofSeconds(20);

    private final StaticDiscovery discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
    private final ServicePods sql = new ServicePods(discovery, "orders-sql", 3306);
    private final Onehop onehop = LoopbackPods.onehop(discovery).build();
    private final NamedSocketFactory.Registration registered = NamedSocketFactory.register("pods", onehop);

    @AfterEach
    void closeAll() {
        registered.close();
        onehop.close();
    }

    @ParameterizedTest
    @EnumSource
    void aPodThatClosesWithoutAGreetingIsEjectedAndOneThatIsFullIsNot(SqlDriver driver) throws IOException {
        try (FakeServer mute = FakeServer.start("mute", client -> {});
                FakeServer full = FakeServer.start("full", SqlDialTest::sayThatItIsFull);
                FakeServer alsoFull = FakeServer.start("also-full", SqlDialTest::sayThatItIsFull)) {
            sql.publish(mute.port(), full.port(), alsoFull.port());
            long began = System.nanoTime(); // what is not believed at once is nominated again a tenth of a second later
            while (balancer().eligible().ejected().isEmpty() && System.nanoTime() - began < AT_MOST.toNanos()) {
                assertThatThrownBy(() -> driver.connect(AUTHORITY, driver.recipe()))
                        .isInstanceOf(SQLException.class);
            }

            assertThat(balancer().eligible().ejected())
                    .singleElement()
                    .extracting(each -> each.address().getPort())
                    .isEqualTo(mute.port());
            assertThat(balancer().tally().failed(Signal.RESET)).isPositive();
            assertThatThrownBy(() -> driver.connect(AUTHORITY, driver.recipe()))
                    .hasStackTraceContaining("Too many connections");
            assertThat(balancer().eligible().backends())
                    .hasSize(2)
                    .extracting(Backend::failed)
                    .containsOnly(0L);
            assertThat(balancer().tally().inFlight()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectThatNobodyTakesEndsWithinItsTimeout(SqlDriver driver) throws IOException {
        Properties recipe = driver.recipe();
        recipe.setProperty("connectTimeout", "600");

        assertThat(untilItFailed(driver, recipe)).isBetween(Duration.ofMillis(550), AT_MOST);
    }

    @ParameterizedTest
    @EnumSource
    void aConnectThatNobodyTakesEndsWithinTheLoginTimeout(SqlDriver driver) throws IOException {
        Properties recipe = driver.recipe();
        recipe.remove("connectTimeout");
        DriverManager.setLoginTimeout(1);
        try {
            assertThat(untilItFailed(driver, recipe)).isBetween(Duration.ofMillis(950), AT_MOST);
        } finally {
            DriverManager.setLoginTimeout(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNameThatNobodyRegisteredIsNamedInTheError(SqlDriver driver) {
        Properties wrong = driver.recipe();
        wrong.setProperty("socketFactoryArg", "nobody");
        Properties none = driver.recipe();
        none.remove("socketFactoryArg");

        assertThatThrownBy(() -> driver.connect(AUTHORITY, wrong))
                .isInstanceOf(SQLException.class)
                .hasStackTraceContaining("'nobody' is not registered (expected: one of [pods]");
        assertThatThrownBy(() -> driver.connect(AUTHORITY, none))
                .isInstanceOf(SQLException.class)
                .hasStackTraceContaining("socketFactoryArg is not set (expected: one of [pods]");
    }

    @Test
    void mariaDbsDriverLooksEveryNameUpFirst() throws IOException {
        try (FakeServer full = FakeServer.start("full", SqlDialTest::sayThatItIsFull)) {
            sql.publish(full.port());

            assertThatThrownBy(() -> SqlDriver.MARIADB.connect("orders-sql.shop.svc:3306", SqlDriver.MARIADB.recipe()))
                    .isInstanceOf(SQLException.class)
                    .hasRootCauseInstanceOf(UnknownHostException.class);
            assertThat(balancer().tally().started()).isZero();
        }
    }

    /** How long a connect took to fail where the only pod answers no SYN. */
    private Duration untilItFailed(SqlDriver driver, Properties recipe) throws IOException {
        InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 78, 8});
        try (LoopbackPod gone = LoopbackPod.start("gone", address, 0)) {
            gone.blackHole();
            sql.publish(gone.address());
            long began = System.nanoTime();
            assertThatThrownBy(() -> driver.connect(AUTHORITY, recipe)).isInstanceOf(SQLException.class);
            Duration took = Duration.ofNanos(System.nanoTime() - began);

            assertThat(balancer().tally().failed(Signal.CONNECT_TIMEOUT)).isEqualTo(1);
            assertThat(balancer().tally().started()).isEqualTo(1);
            assertThat(balancer().tally().inFlight()).isZero();
            return took;
        }
    }

    private Balancer balancer() {
        return onehop.forHost("orders-sql.shop", 3306).orElseThrow();
    }

    /** An error in place of the greeting, as of a server with no connection left; until the client has left. */
    private static void sayThatItIsFull(Socket client) throws IOException {
        byte[] text = "#08004Too many connections".getBytes(StandardCharsets.US_ASCII);
        byte[] packet = new byte[7 + text.length];
        packet[0] = (byte) (3 + text.length); // three octets of length, one of sequence
        packet[4] = (byte) 0xff;
        packet[5] = 0x10; // error 1040
        packet[6] = 0x04;
        System.arraycopy(text, 0, packet, 7, text.length);
        client.getOutputStream().write(packet);
        client.getInputStream().readAllBytes();
    }
}
