package dev.onehop.k8s;

/**
 * Text from outside, made fit for a log line or an exception: one line, no control characters, not endless (S-18).
 *
 * <p>Pure.
 */
final class Printable {

    private static final int LONGEST = 300;

    private Printable() {}

    static String text(String text) {
        var printable = new StringBuilder(Math.min(text.length(), LONGEST + 1));
        for (int i = 0; i < text.length(); ) {
            if (i >= LONGEST) {
                return printable.append('…').toString();
            }
            int c = text.codePointAt(i);
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.UNASSIGNED -> printable.append('�');
                default -> printable.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return printable.toString();
    }
}
