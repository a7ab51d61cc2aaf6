package dev.onehop.service;

/**
 * Text that others control (names in slices, error bodies, host names, file names), made safe to print in a log line, an
 * exception or a terminal: one line, nothing that moves the cursor, colours, hides or reverses what follows it, and not
 * endless (S-18).
 *
 * <p>Pure functions.
 */
public final class Printable {

    private static final int LONGEST = 1_000;

    private Printable() {}

    /**
     * {@code text} with a {@code ?} for each character that does not simply show itself (controls, bidi and other format
     * characters, line separators, lone surrogates, private use), cut after a thousand characters.
     */
    public static String of(String text) {
        var shown = new StringBuilder(Math.min(text.length(), LONGEST));
        for (int i = 0; i < text.length(); ) {
            if (i >= LONGEST) {
                return shown.append("...").toString();
            }
            int c = text.codePointAt(i);
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.UNASSIGNED -> shown.append('?');
                default -> shown.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return shown.toString();
    }
}
