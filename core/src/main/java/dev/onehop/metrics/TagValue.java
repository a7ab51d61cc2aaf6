package dev.onehop.metrics;

import dev.onehop.service.Printable;
import java.util.Locale;

/**
 * Values of tags, as the field writes them: lower case for words of ours, and text that others control made safe, cut after
 * 128 characters (S-18) and never empty, which some registries refuse.
 *
 * <p>Pure functions.
 */
final class TagValue {

    private static final int LONGEST = 128;

    private TagValue() {}

    /** {@code VIEW_TOO_OLD} is {@code view_too_old}. */
    static String of(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    static String of(String text) {
        String safe = Printable.of(text);
        return safe.isEmpty() ? "none" : safe.substring(0, Math.min(LONGEST, safe.length()));
    }
}
