package dev.onehop.pick;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.testing.ChiSquare;
import dev.onehop.testing.SampleService;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomPickTest extends PickPolicyContract {

    @Override
    protected PickPolicy policy() {
        return PickPolicy.random();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 97})
    void r27_everyBackendHasTheSameChance(int pods) {
        var eligible = SampleService.eligible(pods);
        var picker = picker();
        var counts = new long[pods];

        for (int i = 0; i < 200_000; i++) {
            counts[eligible.backends().indexOf(picker.pick(eligible))]++;
        }

        assertThat(ChiSquare.even(counts)).isLessThan(ChiSquare.oneInAMillion(pods));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 10})
    void r27_aPickDoesNotDependOnTheOneBefore(int pods) {
        var eligible = SampleService.eligible(pods);
        var picker = picker();
        var pairs = new long[pods * pods];
        int before = 0;

        for (int i = 0; i < 300_000; i++) {
            int now = eligible.backends().indexOf(picker.pick(eligible));
            pairs[before * pods + now]++;
            before = now;
        }

        assertThat(ChiSquare.even(pairs)).isLessThan(ChiSquare.oneInAMillion(pods * pods));
    }
}
