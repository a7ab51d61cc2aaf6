package dev.onehop.examples.quickstart;

import java.util.Random;

/**
 * Names as Kubernetes generates them: a prefix and five letters that spell no word.
 *
 * <p>Serial: used under its cluster's lock.
 */
final class Names {

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final Random random;

    Names(long seed) {
        random = new Random(seed);
    }

    String next(String prefix) {
        var name = new StringBuilder(prefix);
        random.ints(5, 0, LETTERS.length()).forEach(letter -> name.append(LETTERS.charAt(letter)));
        return name.toString();
    }
}
