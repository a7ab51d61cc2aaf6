package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.pick.PickPolicy;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two turns at the moment the counter passes its greatest value and goes on at 0. How many counters there are depends on
 * the processors, and who counts where on the threads, so only one processor ({@code -XX:ActiveProcessorCount=1}, which
 * {@code benchmarks/scripts/races} sets) makes the two threads meet on one counter.
 */
@JCStressTest
@Outcome(
        id = {"3, 0, 1", "0, 3, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "one counter: the last and the first")
@Outcome(id = "3, 3, 2", expect = Expect.ACCEPTABLE, desc = "two counters: the last of each")
@Outcome(
        id = {"3, 0, 2", "0, 3, 2"},
        expect = Expect.ACCEPTABLE,
        desc = "several counters, one in common")
@Outcome(expect = Expect.FORBIDDEN, desc = "a turn came twice, or none")
@State
public class RoundRobinRaces {

    private static final int PODS = 4; // divides the number of turns before the counter wraps
    private static final Eligible FOUR = new LonePort(PODS).balancer().eligible();
    private static final long LAST_TURN = -1;
    private static final int COUNTERS = Runtime.getRuntime().availableProcessors() == 1 ? 1 : 2;

    private final PickPolicy.Picker picker = PickPolicy.roundRobin().picker(() -> LAST_TURN);

    @Actor
    public void first(III_Result picked) {
        picked.r1 = FOUR.backends().indexOf(picker.pick(FOUR));
    }

    @Actor
    public void second(III_Result picked) {
        picked.r2 = FOUR.backends().indexOf(picker.pick(FOUR));
    }

    @Arbiter
    public void counters(III_Result picked) {
        picked.r3 = COUNTERS;
    }
}
