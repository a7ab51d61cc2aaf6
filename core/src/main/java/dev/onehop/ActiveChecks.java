package dev.onehop;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.health.Signal;
import dev.onehop.route.BackendKey;
import dev.onehop.route.Destination;
import dev.onehop.service.Printable;
import dev.onehop.time.SerialScheduler.Cancellable;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link ActiveCheck}s of one Service port: whom to ask when, and what the answers are good for (reliability 2.11).
 * Those ejected for failed connects are not asked from here but by {@link Checkup#trial} when their time is up.
 *
 * <p>Serial: belongs to the pipeline's loop. No timer is set while there is nobody to check.
 */
final class ActiveChecks {

    private static final Logger log = LoggerFactory.getLogger(ActiveChecks.class);

    private final Destination port;
    private final Settings settings;
    private final FleetHealth health;
    private final ActiveCheck check;
    private final Checkup checkup;
    private final Consumer<BooleanSupplier> onLoop;
    private final Map<BackendKey, Checked> checked = new HashMap<>();
    private boolean shared;

    /** @param onLoop runs a change on the loop; where it says that something changed, picks are to see it */
    ActiveChecks(
            Destination port,
            Settings settings,
            FleetHealth health,
            ActiveCheck check,
            Checkup checkup,
            Consumer<BooleanSupplier> onLoop) {
        this.port = port;
        this.settings = settings;
        this.health = health;
        this.check = check;
        this.checkup = checkup;
        this.onLoop = onLoop;
    }

    /** Takes a new snapshot: begins with those who are to be checked from now on, ends with the others. */
    void follow(Eligible published, long nowNanos) {
        var wanted = new HashSet<BackendKey>();
        for (Backend backend : published.backends()) {
            follow(backend, published.ejection(backend).orElse(null), nowNanos, wanted);
        }
        for (Backend backend : published.ejected()) {
            follow(backend, published.ejection(backend).orElse(null), nowNanos, wanted);
        }
        checked.entrySet().removeIf(entry -> {
            boolean over = !wanted.contains(entry.getKey());
            if (over) {
                entry.getValue().timer.cancel();
            }
            return over;
        });
    }

    /** Ends all of it. */
    void stop() {
        checked.values().forEach(each -> each.timer.cancel());
        checked.clear();
    }

    private void follow(Backend backend, @Nullable Ejection ejection, long nowNanos, Set<BackendKey> wanted) {
        boolean ask =
                ejection == null ? check.isOfAll() || backend.isReturning(nowNanos) : ejection.kind() == Kind.SOFT;
        if (!ask) {
            return;
        }
        wanted.add(backend.key());
        Checked known = checked.get(backend.key());
        if (known == null || known.backend != backend) {
            if (known != null) {
                known.timer.cancel();
            }
            known = new Checked(backend);
            checked.put(backend.key(), known);
            // all of a fleet come into use at once, and need not be asked at once
            next(known, ejection == null ? settings.random().nextDouble() : jitter());
        }
        known.follow(ejection, nowNanos);
    }

    private void next(Checked backend, double intervals) {
        long nanos = (long) (check.interval().toNanos() * intervals);
        backend.timer = settings.loop().schedule(Duration.ofNanos(nanos), () -> ask(backend));
    }

    private void ask(Checked asked) {
        CompletionStage<?> answer = checkup.of(asked.backend);
        answer.whenComplete((well, failure) -> onLoop.accept(() -> answered(asked, failure)));
    }

    private boolean answered(Checked asked, @Nullable Throwable failure) {
        if (checked.get(asked.backend.key()) != asked) {
            return false; // it has left, or is not to be checked any more
        }
        next(asked, jitter());
        if (failure == null) {
            asked.passed++;
            asked.failed = 0;
            return asked.passed >= check.healthy() && health.checksPassed(asked.backend, asked.outSinceNanos);
        }
        Signal signal = settings.classifier().ofFailure(AsyncConnect.bare(failure));
        if (signal == Signal.LOCAL_EXHAUSTION) {
            return false; // says nothing about the backend
        }
        asked.passed = 0;
        asked.failed++;
        if (asked.failed < check.unhealthy() || asked.ejection != null) {
            return false;
        }
        Kind kind = signal.isHard() ? Kind.HARD : Kind.SOFT;
        String evidence = asked.failed + " failed checks in a row (" + check + "), the last: "
                + Printable.of(String.valueOf(AsyncConnect.bare(failure).getMessage()));
        return !(kind == Kind.SOFT && isShared())
                && health.checksFailed(
                        asked.backend, kind, evidence, settings.loop().nanoTime());
    }

    /**
     * Whether half of those checked, and at least two, failed at their last check: then it is more likely the check's path
     * or what they all depend on. The last check is enough to tell, so that it is known before the first is ejected.
     */
    private boolean isShared() {
        long failing = checked.values().stream().filter(each -> each.failed > 0).count();
        boolean now = failing >= 2 && 2 * failing >= checked.size();
        if (now && !shared) {
            log.warn(
                    "{}: {} of {} backends fail the active check ({}): it is probably not them, so none is ejected for that"
                            + " (is the check right? do they share what has failed?)",
                    port,
                    failing,
                    checked.size(),
                    check);
        }
        shared = now;
        return now;
    }

    private double jitter() {
        return 0.8 + 0.4 * settings.random().nextDouble();
    }

    /** One backend under check. */
    private static final class Checked {
        private final Backend backend;
        private Cancellable timer = () -> {};
        private @Nullable Ejection ejection;
        private long outSinceNanos;
        private int passed;
        private int failed;

        Checked(Backend backend) {
            this.backend = backend;
        }

        /** What was found out before an ejection began, or began anew, is no reason to shorten it. */
        void follow(@Nullable Ejection now, long nowNanos) {
            if (now != null && !now.onTrial() && (ejection == null || ejection.onTrial())) {
                outSinceNanos = nowNanos;
                passed = 0;
            }
            if (!Objects.equals(now, ejection) && now == null) {
                failed = 0; // it is back, and begins anew
            }
            ejection = now;
        }
    }
}
