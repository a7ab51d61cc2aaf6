package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 10.2.3. */
class RetryAfterTest {

    private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | 2",
                "0 | 0",
                " 120 | 120",
                "Sun, 06 Nov 1994 08:49:37 GMT | 37",
                "Sunday, 06-Nov-94 08:49:37 GMT | 37",
                "Sun Nov  6 08:49:37 1994 | 37",
                "Sun Nov 13 08:49:00 1994 | 604800",
                "Sun, 06 Nov 1994 08:48:00 GMT | 0"
            })
    void isSecondsOrADate(String value, int seconds) {
        assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "1s", "Sun, 06 Nov 1994", "Mon, 06 Nov 1994 08:49:37 GMT", "٣"})
    void whatIsMalformedSaysNothing(String value) {
        assertThat(RetryAfter.parse(value, NOW)).isEmpty();
    }

    @Test
    void aNumberBeyondAllMeasureIsALongTime() {
        assertThat(RetryAfter.parse("9".repeat(1_000), NOW).orElseThrow()).isGreaterThan(Duration.ofDays(365));
    }
}
