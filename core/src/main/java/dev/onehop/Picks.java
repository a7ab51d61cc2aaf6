package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.health.Trial;
import dev.onehop.pick.PickPolicy.Picker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the present snapshot into an attempt: a backend, a fallback to the ClusterIP, or a refusal.
 *
 * <p>Shared: safe from any thread.
 */
final class Picks {

    /** How often the policy is asked again before everybody is looked at. */
    private static final int TURNS = 3;

    private final ServicePipeline pipeline;
    private final Settings settings;
    private final Picker picker;
    private final Affinities affinities;
    private final StrictDrop drop;
    private final RetryBudget budget;
    private final Outage outage;
    private final Tally tally;

    Picks(ServicePipeline pipeline, Settings settings, RetryBudget budget, Affinities affinities) {
        this.budget = budget;
        this.affinities = affinities;
        this.drop = new StrictDrop(pipeline);
        this.pipeline = pipeline;
        this.settings = settings;
        this.picker = settings.policy().picker(settings.random());
        this.tally = pipeline.tally();
        this.outage = pipeline.outage();
    }

    /** What callers wait for whose connections are dropped. */
    StrictDrop drop() {
        return drop;
    }

    /** The way of a call that begins now. */
    Failover failover(Duration timeout) {
        budget.called();
        return new Failover(settings.loop(), timeout, outage);
    }

    /** One of {@code from}'s backends, by affinity where the Service asks for it, else by policy. */
    Backend pick(Eligible from, long nowNanos) {
        Optional<Duration> timeout = from.affinityTimeout();
        if (timeout.isPresent()) {
            return affinities.of(from).pick(from, timeout.get(), eligible -> picked(eligible, nowNanos), nowNanos);
        }
        return picked(from, nowNanos);
    }

    /**
     * The policy's pick, and another one where that is suspect or is to get less than its share. Whoever is suspect comes
     * after all others; of shares {@link Shares} tells (reliability 2.4).
     */
    private Backend picked(Eligible from, long nowNanos) {
        Backend picked = Shares.pick(picker, from, settings.random(), nowNanos);
        return picked.isSuspect(nowNanos) ? unsuspected(from, picked, nowNanos) : picked;
    }

    private Backend unsuspected(Eligible from, Backend suspect, long nowNanos) {
        for (int turn = 0; turn < TURNS; turn++) {
            Backend another = picker.pick(from);
            if (!another.isSuspect(nowNanos)) {
                return another;
            }
        }
        int start = settings.random().nextInt(from.size());
        for (int i = 0; i < from.size(); i++) {
            Backend another = from.backend((start + i) % from.size());
            if (!another.isSuspect(nowNanos)) {
                return another;
            }
        }
        return suspect;
    }

    /** Opens an attempt by {@code now}'s decision; whoever has waited long enough goes to the ClusterIP. */
    Attempt open(Eligible now, String host) throws NoBackendException {
        return open(now, host, settings.loop().nanoTime());
    }

    /** As the other, for a call that has just asked for the time. */
    Attempt open(Eligible now, String host, long nanos) throws NoBackendException {
        if (now.size() > 0) {
            Trial trial = now.takeTrial();
            return trial == null ? open(pick(now, nanos), null, nanos) : open(trial.backend(), trial, nanos);
        }
        if (fallback(now) instanceof Decision.ClusterIp fallback) {
            InetSocketAddress address = ServiceOwnAddress.of(host, pipeline.destination(), now)
                    .orElseThrow(() -> exception(
                            Verdict.UNKNOWN,
                            "the number of port '" + pipeline.destination().port()
                                    + "' is not known, so not even the ClusterIP can be dialled: " + fallback.why()));
            tally.count(fallback.reason());
            return new Attempt(pipeline.endings(), fallback, address, nanos);
        }
        NoBackendException refusal = refusal(now);
        tally.count(refusal.verdict());
        throw refusal;
    }

    /**
     * Another attempt, on a backend not yet tried; empty when there is none, or the retry budget is spent, or most refuse
     * and it is not this call's turn to look further. By policy alone: one refused connect moves no session affinity (R30).
     */
    Optional<Attempt> openWithout(Failover call) {
        long nanos = settings.loop().nanoTime();
        Eligible now = pipeline.eligible();
        Optional<Eligible> left = now.without(call.tried());
        if (left.isEmpty()) {
            return Optional.empty();
        }
        Optional<Eligible> open = call.isExploring() ? left : now.without(triedOrUnreached(call, now, nanos));
        boolean may = open.isPresent() && budget.take(now.total(), nanos);
        tally.countFailover(may);
        return may ? open.map(those -> open(picked(those, nanos), null, nanos)) : Optional.empty();
    }

    private static List<Backend> triedOrUnreached(Failover call, Eligible now, long nanos) {
        return Stream.concat(now.backends().stream(), now.ejected().stream())
                .filter(each -> call.tried().contains(each) || !each.reach().wasLately(nanos))
                .toList();
    }

    /** An attempt beside a dial that is slow: on a backend not yet tried and not ejected, and paid for like a failover. */
    Optional<Attempt> openBeside(Failover call) {
        long nanos = settings.loop().nanoTime();
        Eligible now = pipeline.eligible();
        if (!call.isExploring() || call.tried().containsAll(now.backends()) || !budget.take(now.total(), nanos)) {
            return Optional.empty();
        }
        tally.countHedge();
        return now.without(call.tried()).map(left -> open(picked(left, nanos), null, nanos));
    }

    /** Whether a call that holds {@code attempt} could have another, as far as is known now; nothing is taken. */
    boolean mayGoOn(Failover call, Attempt attempt, Eligible now) {
        if (!budget.isLeft(settings.loop()::nanoTime)) {
            return false;
        }
        if (call.isExploring()) {
            return true;
        }
        long nanos = settings.loop().nanoTime();
        return now.backends().stream()
                .anyMatch(each -> each.reach().wasLately(nanos)
                        && attempt.backend().filter(each::equals).isEmpty()
                        && !call.tried().contains(each));
    }

    /**
     * One pick and up to {@code most} - 1 others beside it, which neither move affinity nor take anybody's turn: the clean
     * ones, then the suspect, then the ejected (reliability 2.8).
     */
    List<Backend> candidates(Eligible from, int most) {
        long nanos = settings.loop().nanoTime();
        Backend first = pick(from, nanos);
        List<Backend> others = new ArrayList<>(from.size());
        List<Backend> later = new ArrayList<>();
        int start = settings.random().nextInt(from.size());
        for (int i = 0; i < from.size(); i++) {
            Backend each = from.backend((start + i) % from.size());
            if (each != first) {
                (each.isSuspect(nanos) ? later : others).add(each);
            }
        }
        others.addAll(later);
        others.addAll(from.ejected());
        List<Backend> chosen = new ArrayList<>(most);
        chosen.add(first);
        chosen.addAll(others.subList(0, Math.min(most - 1, others.size())));
        return chosen;
    }

    private Decision fallback(Eligible now) {
        return now.decision() instanceof Decision.Wait wait && settings.clusterIpFallback()
                ? new Decision.ClusterIp(FallbackReason.VIEW_UNKNOWN, wait.why())
                : StrictDrop.decision(settings.strictDrop(), now.decision());
    }

    private Attempt open(Backend backend, @Nullable Trial trial, long nanos) {
        pipeline.endings().opened(backend);
        return new Attempt(pipeline.endings(), backend, trial, nanos);
    }

    NoBackendException refusal(Eligible now) {
        Decision decision = now.decision();
        if (decision instanceof Decision.Refuse refuse) {
            return exception(refuse.verdict(), refuse.why());
        }
        if (decision instanceof Decision.Wait wait) {
            return exception(Verdict.UNKNOWN, wait.why());
        }
        throw new IllegalStateException("not a refusal: " + decision);
    }

    NoBackendException exception(Verdict verdict, String why) {
        var destination = pipeline.destination();
        return new NoBackendException(
                destination.service(), destination.port().toString(), verdict, why, pipeline.viewAge());
    }
}
