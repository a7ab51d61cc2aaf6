package dev.onehop.health;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Hard failures in a row, told by several threads at once. */
public class HardEvidenceRaces {

    private static final long APART_NANOS = 2_000_000; // more than a burst of parallel connects

    /** No failure is lost, and none counts twice: of two, exactly one is the second. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "one is the second in a row")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a failure was lost, or counted twice")
    @State
    public static class TwoFailures {
        private final HardEvidence evidence = new HardEvidence();

        @Actor
        public void first(ZZ_Result nominated) {
            nominated.r1 = evidence.add(Signal.CONNECT_REFUSED, 0);
        }

        @Actor
        public void second(ZZ_Result nominated) {
            nominated.r2 = evidence.add(Signal.CONNECT_REFUSED, APART_NANOS);
        }
    }

    /** A connection made ends a streak of one, whether the second failure comes before or after. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "second failure, then connected")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "connected, then a new first failure")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the streak went on past a connection")
    @State
    public static class FailureAndConnection {
        private final HardEvidence evidence = new HardEvidence();

        public FailureAndConnection() {
            evidence.add(Signal.CONNECT_REFUSED, 0);
        }

        @Actor
        public void failure(ZZ_Result nominated) {
            nominated.r1 = evidence.add(Signal.CONNECT_REFUSED, APART_NANOS);
        }

        @Actor
        public void connection() {
            evidence.clear();
        }

        @Arbiter
        public void next(ZZ_Result nominated) {
            nominated.r2 = evidence.add(Signal.CONNECT_REFUSED, 2 * APART_NANOS);
        }
    }

    /** The same from nothing: a connection made before the failure's streak began does no harm to it. */
    @JCStressTest
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "connected, then the first of two failures")
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "first failure, connected, first failure")
    @Outcome(expect = Expect.FORBIDDEN, desc = "one failure nominated")
    @State
    public static class FirstFailureAndConnection {
        private final HardEvidence evidence = new HardEvidence();

        @Actor
        public void failure(ZZ_Result nominated) {
            nominated.r1 = evidence.add(Signal.CONNECT_REFUSED, 0);
        }

        @Actor
        public void connection() {
            evidence.clear();
        }

        @Arbiter
        public void next(ZZ_Result nominated) {
            nominated.r2 = evidence.add(Signal.CONNECT_REFUSED, APART_NANOS);
        }
    }
}
