package dev.onehop;

import dev.onehop.health.Backend;
import dev.onehop.health.MonotonicClock;
import dev.onehop.health.Signal;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** One attempt, ended by several threads at once: exactly one ending counts. */
public class AttemptRaces {

    /** Who says so and what is counted agree. */
    @JCStressTest
    @Outcome(id = "true, false, 100", expect = Expect.ACCEPTABLE, desc = "succeeded")
    @Outcome(id = "false, true, 10", expect = Expect.ACCEPTABLE, desc = "failed")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two endings, or none")
    @State
    public static class SuccessAndFailure extends OneAttempt {
        @Actor
        public void success(ZZI_Result ended) {
            ended.r1 = attempt.succeeded();
        }

        @Actor
        public void failure(ZZI_Result ended) {
            ended.r2 = attempt.failed(Signal.RESET);
        }

        @Arbiter
        public void totals(ZZI_Result ended) {
            ended.r3 = endings();
        }
    }

    /** A second close changes nothing. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "abandoned once, nothing in flight")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two endings, or none")
    @State
    public static class TwoClosers extends OneAttempt {
        @Actor
        public void first() {
            attempt.close();
        }

        @Actor
        public void second() {
            attempt.close();
        }

        @Arbiter
        public void totals(III_Result ended) {
            ended.r1 = endings();
            ended.r2 = (int) backend.inFlight();
            ended.r3 = attempt.succeeded() ? 1 : 0;
        }
    }

    /** Two attempts on one backend: none of the counts is lost. */
    @JCStressTest
    @Outcome(id = "101, 2, 0", expect = Expect.ACCEPTABLE, desc = "both counted")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a count was lost")
    @State
    public static class TwoAttempts extends OneBackend {
        @Actor
        public void first() {
            open().succeeded();
        }

        @Actor
        public void second() {
            open().close();
        }

        @Arbiter
        public void totals(III_Result counted) {
            counted.r1 = endings();
            counted.r2 = (int) backend.started();
            counted.r3 = (int) backend.inFlight();
        }
    }

    /** A backend of its own, on a port that is there once. */
    public abstract static class OneBackend {
        private static final LonePort PORT = new LonePort(1);
        private static final ServicePipeline PIPELINE = PORT.pipeline();
        private static final RoutedEndpoint ENDPOINT = ((Route.Backends)
                        PORT.balancer().eligible().route().orElseThrow())
                .endpoints()
                .get(0);
        private static final MonotonicClock STANDING = new MonotonicClock(() -> 0);

        final Backend backend = new Backend(ENDPOINT, "api.shop", STANDING);

        final Attempt open() {
            backend.opened();
            return new Attempt(PIPELINE.endings(), backend, null, 0);
        }

        /** 100 for each success, 10 for each failure, 1 for each that was abandoned. */
        final int endings() {
            return (int) (100 * backend.succeeded() + 10 * backend.failed() + backend.abandoned());
        }
    }

    /** The same with an attempt that is open. */
    public abstract static class OneAttempt extends OneBackend {
        final Attempt attempt = open();
    }
}
