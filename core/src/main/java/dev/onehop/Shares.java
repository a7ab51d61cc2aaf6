package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy.Picker;
import java.util.random.RandomGenerator;

/**
 * Picks by policy where some backends are to get less than their share: they are back, new, or have asked for less. Such
 * a pick is accepted by its weight; another one is taken instead, whatever its weight. So one backend gets its weight's
 * part of a share exactly; and where all are to get less, nobody is refused and shares stay even (reliability 2.3, 2.7).
 *
 * <p>Pure functions. A few draws, nothing allocated.
 */
final class Shares {

    /** How often the policy is asked for another one; random by itself does without. */
    private static final int TURNS = 3;

    private Shares() {}

    static Backend pick(Picker picker, Eligible from, RandomGenerator random, long nowNanos) {
        Backend first = picker.pick(from);
        if (!from.isRamping() || from.size() == 1 || random.nextDouble() < first.weight(nowNanos)) {
            return first;
        }
        for (int turn = 0; turn < TURNS; turn++) {
            Backend another = picker.pick(from);
            if (another != first) {
                return another;
            }
        }
        int any = random.nextInt(from.size());
        Backend another = from.backend(any);
        return another == first ? from.backend((any + 1) % from.size()) : another;
    }
}
