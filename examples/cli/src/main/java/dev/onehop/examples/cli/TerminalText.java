package dev.onehop.examples.cli;

/**
 * Foreign text, made fit for a terminal: one line, nothing that moves the cursor, colours, hides or reverses what follows
 * it, and not endless (S-18).
 *
 * <p>Pure.
 */
final class TerminalText {

    private static final int LONGEST = 300;

    private TerminalText() {}

    /** {@code text} with a {@code ?} for each character that does not simply show itself. */
    static String of(String text) {
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
