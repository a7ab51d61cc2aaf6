package dev.onehop.service;

/**
 * Text that others control (names in slices, error bodies, host names), made safe to print: control characters never
 * reach a terminal or a log raw, and length is bounded (S-18).
 *
 * <p>Pure functions.
 */
public final class Printable {

    private static final int LONGEST = 1_000;

    private Printable() {}

    /** {@code text} with a {@code ?} for each control character, cut after a thousand characters. */
    public static String of(String text) {
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        for (int i = 0; i < cut.length(); i++) {
            if (Character.isISOControl(cut.charAt(i))) {
                return cut.replaceAll("\\p{Cntrl}|[\\x{80}-\\x{9f}]", "?");
            }
        }
        return cut;
    }
}
