package dev.onehop.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoftEvidenceTest {

    private final ManualTime time = new ManualTime();
    private final SoftEvidence evidence = new SoftEvidence(new MonotonicClock(time::nanoTime));

    @Test
    void fiveBadAnswersInARowNominate() {
        for (int i = 0; i < 4; i++) {
            assertThat(evidence.add(Signal.UNAVAILABLE)).isNull();
        }
        assertThat(evidence.add(Signal.RESET))
                .contains("5 bad answers in a row")
                .contains("RESET");
    }

    @Test
    void aGoodAnswerEndsTheRow() {
        for (int i = 0; i < 40; i++) {
            assertThat(evidence.add(Signal.UNAVAILABLE)).as("answer %d", i).isNull();
            evidence.succeeded();
            evidence.succeeded();
        }
    }

    @Test
    void f23_failedRequestsAloneMakeNoRow() {
        for (int i = 0; i < 19; i++) {
            assertThat(evidence.add(Signal.SERVER_ERROR)).isNull();
        }
        assertThat(evidence.add(Signal.SERVER_ERROR)).contains("100 % of 20 answers");
    }

    @Test
    void halfOfTwentyAnswersNominate() {
        evidence.add(Signal.SERVER_ERROR);
        for (int i = 0; i < 9; i++) {
            evidence.succeeded();
        }
        var nominations = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            String said = evidence.add(Signal.SERVER_ERROR);
            if (said != null) {
                nominations.add(said);
            }
        }

        assertThat(nominations).singleElement().asString().contains("55 % of 20 answers");
        assertThat(evidence.failureRate()).isEqualTo(0.55);
    }

    @Test
    void whatIsOlderThanTenSecondsDoesNotCount() {
        for (int i = 0; i < 19; i++) {
            evidence.add(Signal.SERVER_ERROR);
        }
        time.advance(Duration.ofSeconds(11));

        assertThat(evidence.add(Signal.SERVER_ERROR)).isNull();
    }

    @Test
    void aNominationIsNotRepeatedWithinATenthOfASecond() {
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            said.add(evidence.add(Signal.UNAVAILABLE));
        }
        assertThat(said).filteredOn(words -> words != null).hasSize(1);

        time.advance(Duration.ofMillis(100));
        assertThat(evidence.add(Signal.UNAVAILABLE)).isNotNull();
    }

    @Test
    void aBackendThatHasBeenWellForTenSecondsIsNotWatchedAnyMore() {
        for (int i = 0; i < 4; i++) {
            evidence.add(Signal.UNAVAILABLE);
        }
        time.advance(Duration.ofSeconds(11));
        evidence.succeeded();

        assertThat(evidence.failureRate()).isZero();
        assertThat(evidence.add(Signal.UNAVAILABLE)).isNull();
    }

    @Test
    void tooFewAnswersTellNothing() {
        evidence.add(Signal.UNAVAILABLE);

        assertThat(evidence.failureRate()).isEqualTo(-1);
        evidence.clear();
        assertThat(evidence.failureRate()).isZero();
    }
}
