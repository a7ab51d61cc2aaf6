package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.time.ManualTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts: lines, versions, delays, printable text, the heartbeat. */
class StreamsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void linesAreWholeWhateverPiecesTheyComeIn(int piece) throws Exception {
        byte[] bytes = "{\"a\":1}\n\r\n{\"bäß\":2}\r\n{\"half\"".getBytes(StandardCharsets.UTF_8);
        var lines = new JsonLines(64);
        var read = new ArrayList<String>();

        for (int i = 0; i < bytes.length; i += piece) {
            lines.add(
                    ByteBuffer.wrap(bytes, i, Math.min(piece, bytes.length - i)),
                    (line, length) -> read.add(new String(line, 0, length, StandardCharsets.UTF_8)));
        }

        assertThat(read).containsExactly("{\"a\":1}", "{\"bäß\":2}");
        assertThat(lines.isHalfway()).isTrue();
    }

    @Test
    void aLineOfTheLimitPassesAndOneByteMoreDoesNot() throws Exception {
        var lines = new JsonLines(10);
        var read = new ArrayList<Integer>();
        lines.add(ByteBuffer.wrap("1234567890\n".getBytes(StandardCharsets.UTF_8)), (line, length) -> read.add(length));

        assertThat(read).containsExactly(10);
        assertThatThrownBy(() -> lines.add(
                        ByteBuffer.wrap("12345678901".getBytes(StandardCharsets.UTF_8)), (line, length) -> {}))
                .isInstanceOf(TroubleException.class)
                .hasMessage("a line of more than 10 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "9, 10, true",
        "10, 9, false",
        "10, 10, false",
        "99999999999999999999, 100000000000000000000, true",
        "a, b, false",
        "'', 5, false",
        "-1, 5, false",
        "5, '', false"
    })
    void onlyNumbersHaveAnOrder(String version, String than, boolean older) {
        assertThat(Versions.older(version, than)).isEqualTo(older);
    }

    @Test
    void delaysAreSpreadOverAFactorOfTwo() {
        var firsts = new ArrayList<Long>();
        for (int client = 0; client < 1_000; client++) {
            var backoff = new Backoff(new Random(client));
            Duration last = Duration.ZERO;
            for (int i = 0; i < 6; i++) {
                last = backoff.next(Duration.ofSeconds(30));
            }
            firsts.add(last.toSeconds());
        }

        long mostInOneSecond = firsts.stream()
                .mapToLong(second -> firsts.stream().filter(second::equals).count())
                .max()
                .orElse(0);
        assertThat(mostInOneSecond).isLessThanOrEqualTo(100);
        assertThat(firsts).allSatisfy(second -> assertThat(second).isBetween(15L, 30L));
    }

    @Test
    void aGapOfTenSecondsInTheWallClockOrInTheTicksIsNoticed() {
        var time = new ManualTime();
        var wall = new AtomicLong(1_000_000);
        List<Long> gaps = new ArrayList<>();
        new Heartbeat(time, wall::get, () -> gaps.add(wall.get())).start();
        for (int i = 0; i < 60; i++) {
            wall.addAndGet(1_000);
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(gaps).isEmpty();

        wall.addAndGet(61_000);
        time.advance(Duration.ofSeconds(1));

        assertThat(gaps).hasSize(1);
    }
}
