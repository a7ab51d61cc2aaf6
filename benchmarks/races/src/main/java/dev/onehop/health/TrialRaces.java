package dev.onehop.health;

import dev.onehop.route.BackendKey;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The one place to try an ejected backend, wanted by several threads at once. */
public class TrialRaces {

    private static final IpAddress IP = IpAddress.parse("10.244.0.16");
    private static final Endpoint ENDPOINT = Endpoint.builder("10.244.0.16").build();
    private static final Backend BACKEND = new Backend(
            new RoutedEndpoint(new BackendKey("uid", IP, 8080), ENDPOINT, "api-1", false),
            "api.shop",
            new MonotonicClock(() -> 0));

    /** Exactly one gets it. */
    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "one has it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both have it, or nobody")
    @State
    public static class TwoTakers {
        private final Trial trial = new Trial(BACKEND);

        @Actor
        public void first(ZZ_Result taken) {
            taken.r1 = trial.take();
        }

        @Actor
        public void second(ZZ_Result taken) {
            taken.r2 = trial.take();
        }
    }

    /** Released once, it is taken once: by who wants it meanwhile, or by the next. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "taken at once")
    @Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "wanted too early, left for the next")
    @Outcome(expect = Expect.FORBIDDEN, desc = "lost, or there twice")
    @State
    public static class ReleaseAndTake {
        private final Trial trial = new Trial(BACKEND);

        public ReleaseAndTake() {
            trial.take();
        }

        @Actor
        public void release() {
            trial.release();
        }

        @Actor
        public void take(ZZ_Result taken) {
            taken.r1 = trial.take();
        }

        @Arbiter
        public void next(ZZ_Result taken) {
            taken.r2 = trial.take();
        }
    }
}
