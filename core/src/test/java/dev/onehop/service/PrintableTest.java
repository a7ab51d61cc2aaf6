package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void controlCharactersBecomeQuestionMarks() {
        assertThat(Printable.of("a\u001b[2Jb\r\nc\u0000d\u0085e\u007f")).isEqualTo("a?[2Jb??c?d?e?");
    }

    @Test
    void ordinaryTextIsLeftAlone() {
        assertThat(Printable.of("api-server-26psx \u00e9\u4e2d")).isEqualTo("api-server-26psx \u00e9\u4e2d");
    }

    @Test
    void longTextIsCut() {
        assertThat(Printable.of("x".repeat(5_000))).hasSize(1_003).endsWith("...");
    }

    @Test
    void s18_whatReversesHidesOrBreaksTheLineIsReplaced() {
        assertThat(Printable.of("a\u202eb\u2066c\u200bd\u2028e\u2029f\ufeffg\ue000h\u0378i\ud800j"))
                .isEqualTo("a?b?c?d?e?f?g?h?i?j");
    }

    @Test
    void charactersOutsideTheBasicPlaneAreKeptWhole() {
        String longest = "x".repeat(999) + "\ud83d\ude00";

        assertThat(Printable.of(longest)).isEqualTo(longest);
        assertThat(Printable.of(longest + "y")).isEqualTo(longest + "...");
    }
}
