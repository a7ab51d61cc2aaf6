package dev.onehop.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvenShareTest {

    /** Critical values from any table of the distribution. */
    @ParameterizedTest
    @CsvSource({
        "3.8415, 2, 0.05",
        "10.8276, 2, 0.001",
        "5.9915, 3, 0.05",
        "13.8155, 3, 0.001",
        "7.8147, 4, 0.05",
        "16.2662, 4, 0.001",
        "9.4877, 5, 0.05",
        "16.9190, 10, 0.05"
    })
    void probabilityAgreesWithTheTables(double chiSquare, int pods, double p) {
        assertThat(EvenShare.exceeding(chiSquare, pods - 1)).isCloseTo(p, within(p / 1000));
    }

    @Test
    void equalCountsAreEven() {
        var even = EvenShare.of(List.of(500L, 500L, 500L));

        assertThat(even.chiSquare()).isZero();
        assertThat(even.p()).isCloseTo(1, within(1e-6));
        assertThat(even.isEven()).isTrue();
    }

    @Test
    void halfAsManyForOnePodIsUneven() {
        assertThat(EvenShare.of(List.of(500L, 250L, 500L)).isEven()).isFalse();
    }

    @Test
    void aPodThatGetsNothingIsUneven() {
        assertThat(EvenShare.of(List.of(100L, 0L)).isEven()).isFalse();
    }

    @Test
    void onePodIsEvenAndNoRequestsAreNot() {
        assertThat(EvenShare.of(List.of(100L)).isEven()).isTrue();
        assertThat(EvenShare.of(List.of(0L, 0L)).isEven()).isFalse();
    }
}
