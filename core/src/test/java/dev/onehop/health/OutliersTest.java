package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutliersTest {

    @Test
    void anOutlierIsThirtyPercentAboveTheMedianOfTheOthers() {
        assertThat(Outliers.is(0.50, List.of(0.0, 0.2, 0.9))).isTrue();
        assertThat(Outliers.is(0.49, List.of(0.0, 0.2, 0.9))).isFalse();
        assertThat(Outliers.is(0.60, List.of(0.2, 0.4))).isTrue();
        assertThat(Outliers.is(0.59, List.of(0.2, 0.4))).isFalse();
    }

    @Test
    void f37_ofTwoTheOtherMustBeWell() {
        assertThat(Outliers.is(1.0, List.of(0.2))).isTrue();
        assertThat(Outliers.is(1.0, List.of(0.21))).isFalse();
    }

    @Test
    void aloneNobodyIsAnOutlier() {
        assertThat(Outliers.is(1.0, List.of())).isFalse();
    }
}
