package dev.onehop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The hundredth attempt without a word is one attempt: the warning comes once. */
@JCStressTest
@Outcome(
        id = {"true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "one is the hundredth")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody is, or both are")
@State
public class FeedbackRaces {

    private final Feedback feedback = new Feedback();

    public FeedbackRaces() {
        for (int i = 0; i < Feedback.ENOUGH - 1; i++) {
            feedback.opened();
        }
    }

    @Actor
    public void first(ZZ_Result hundredth) {
        hundredth.r1 = feedback.opened();
    }

    @Actor
    public void second(ZZ_Result hundredth) {
        hundredth.r2 = feedback.opened();
    }
}
