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
}
