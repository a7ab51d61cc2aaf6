package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.service.ServiceView;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Snapshots that the loop publishes while others read, or close. */
public class SnapshotRaces {

    private static final int BEFORE = 2;
    private static final int AFTER = 3;
    private static final int READS = 200;

    /** Every read is a whole snapshot, the one before or the one after, and never an older one again. */
    @JCStressTest
    @Outcome(
            id = {"0, 2", "0, 3"},
            expect = Expect.ACCEPTABLE,
            desc = "whole snapshots only")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a snapshot half built, or an old one after a new one")
    @State
    public static class PublishAndRead {
        private final LonePort port = new LonePort(BEFORE);

        @Actor
        public void loop() {
            port.show(AFTER);
            port.runLoop();
        }

        @Actor
        public void reader(II_Result seen) {
            long version = 0;
            int odd = 0;
            Eligible now = port.balancer().eligible();
            for (int i = 0; i < READS; i++) {
                now = port.balancer().eligible();
                odd += now.version() >= version && isWhole(now) ? 0 : 1;
                version = now.version();
            }
            seen.r1 = odd;
            seen.r2 = now.size();
        }
    }

    /** Without any barrier, as a caller may hand a snapshot on: whole all the same, for it is immutable. */
    @JCStressTest
    @Outcome(
            id = {"0", "3"},
            expect = Expect.ACCEPTABLE,
            desc = "nothing yet, or the whole snapshot")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a snapshot half built")
    @State
    public static class HandOnByRace {
        private static final Eligible MODEL = new LonePort(AFTER).balancer().eligible();

        private Eligible plain;

        @Actor
        public void writer() {
            plain = MODEL.without(List.of()).orElseThrow();
        }

        @Actor
        public void reader(I_Result seen) {
            Eligible now = plain;
            seen.r1 = now == null ? 0 : isWhole(now) ? now.size() : -1;
        }
    }

    /** Whoever closes has the last word, whatever the loop publishes meanwhile. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "closed: all goes to the ClusterIP")
    @Outcome(expect = Expect.FORBIDDEN, desc = "pods are picked after close()")
    @State
    public static class PublishAndClose {
        private final LonePort port = new LonePort(BEFORE);

        @Actor
        public void loop() {
            port.show(AFTER);
            port.runLoop();
        }

        @Actor
        public void closer() {
            port.close();
        }

        @Arbiter
        public void end(I_Result closed) {
            port.runLoop();
            closed.r1 = port.balancer().eligible().decision() instanceof Decision.ClusterIp fallback
                            && fallback.reason() == FallbackReason.SWITCHED_OFF
                    ? 1
                    : 0;
        }
    }

    /** Size, backends, decision and view are of one and the same state of the Service. */
    private static boolean isWhole(Eligible snapshot) {
        int endpoints = ((ServiceView.Known) snapshot.view())
                .slices()
                .get(0)
                .endpoints()
                .size();
        if (snapshot.size() != endpoints || !(snapshot.decision() instanceof Decision.Pick)) {
            return false;
        }
        for (int i = 0; i < snapshot.size(); i++) {
            if (snapshot.backend(i) == null || snapshot.backend(i).address() == null) {
                return false;
            }
        }
        return snapshot.ejected().isEmpty() && snapshot.takeTrial() == null;
    }
}
