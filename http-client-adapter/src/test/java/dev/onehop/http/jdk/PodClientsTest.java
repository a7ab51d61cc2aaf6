package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodClientsTest {

    private static final URI SERVICE = URI.create("http://api-service.shop/");
    private static final Duration LONG = Duration.ofDays(365);

    @ParameterizedTest
    @CsvSource({
        "10000, 10000, 10000", // a single pod
        "10000, 9990, 10000", // less what the pick took
        "10000, 7960, 8000", // the last of three
        "10000, 7400, 7000", // and a machine that stalled
        "10000, 9900, 9000", // a single pod, after a first view was waited for
        "3000, 2900, 2625",
        "2000, 1900, 1750",
        "2000, 1600, 1500",
        "1000, 900, 875",
        "10000, 1900, 1500",
        "10000, 1000, 1000",
        "3500, 1000, 1000",
        "3000, 960, 1000",
        "3000, 900, 800",
        "2000, 666, 600",
        "2000, 800, 800",
        "700, 690, 700",
        "700, 233, 200",
        "700, 290, 300",
        "50, 16, 50"
    })
    void aDialsConnectTimeoutIsTheLongestStepInItsShareOfTheWrappedClients(long own, long share, long step)
            throws IOException {
        assertThat(dial(Duration.ofMillis(own), Duration.ofMillis(share), LONG)).contains(Duration.ofMillis(step));
    }

    @Test
    void whatIsNoShorterThanTheRequestsTimeIsLeftToItsTimeout() throws IOException {
        assertThat(dial(Duration.ofSeconds(10), Duration.ofMillis(1_400), Duration.ofMillis(1_399)))
                .contains(Duration.ofSeconds(10));
        assertThat(dial(null, LONG, LONG)).isEmpty();
    }

    @Test
    void withoutATimeoutOfItsOwnADialBesideOthersStillTakesASecondAtMost() throws IOException {
        assertThat(dial(null, Duration.ofSeconds(1), LONG)).contains(Duration.ofSeconds(1));
    }

    private static Optional<Duration> dial(Duration own, Duration share, Duration left) throws IOException {
        HttpClient.Builder wrapped = HttpClient.newBuilder();
        if (own != null) {
            wrapped.connectTimeout(own);
        }
        return new PodClients(wrapped.build(), HttpClient.Builder.NO_PROXY)
                .forDial(SERVICE, share, left)
                .connectTimeout();
    }
}
