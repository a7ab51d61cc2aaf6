package dev.onehop.faults;

import java.util.Locale;

/**
 * What a test has measured, in one line of the build's log: {@code F-07 | 1 of 10 refuses for 5 s | 0 failed, ...}.
 *
 * <p>Pure functions.
 */
public final class Figure {

    private Figure() {}

    /** Prints a row's figure; {@code measured} is a format. */
    public static void print(String row, String fault, String measured, Object... values) {
        System.out.println(row + " | " + fault + " | " + String.format(Locale.ROOT, measured, values));
    }
}
