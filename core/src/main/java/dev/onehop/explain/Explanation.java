package dev.onehop.explain;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.eligible.Verdict;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.route.Destination;
import dev.onehop.route.Excluded;
import dev.onehop.route.Route;
import dev.onehop.service.ServiceView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Onehop knows of a Service port at a moment, and what it makes of it: the view and its age, kube-proxy's verdict,
 * every backend with the probability of the next pick, every endpoint left out with the rule that did it.
 *
 * <p>Immutable.
 *
 * @param service {@code namespace/name}
 * @param port the Service port as asked for, by number or name
 * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
 * @param family {@code IPv4} or {@code IPv6}; null when the rules ended before it was decided
 * @param clusterIp the Service's own address; null when unknown or none
 * @param verdict what becomes of a connection now
 * @param rule the rule that decided, such as {@code R20}; {@code ""} when no view was complete
 * @param reason one sentence for people
 * @param view state and age of the view
 * @param policy how backends are picked
 * @param backends who is picked, who is ejected, and who is in quarantine
 * @param excluded who is not in the route
 * @param fallbacks how many connections went to the ClusterIP so far, by reason
 * @param refusals how many connections were refused so far
 */
public record Explanation(
        String service,
        String port,
        String protocol,
        @Nullable String family,
        @Nullable String clusterIp,
        Verdict verdict,
        String rule,
        String reason,
        View view,
        String policy,
        List<Candidate> backends,
        List<LeftOut> excluded,
        Map<FallbackReason, Long> fallbacks,
        long refusals) {

    public Explanation {
        Objects.requireNonNull(verdict, "verdict");
        backends = List.copyOf(backends);
        excluded = List.copyOf(excluded);
        fallbacks = Map.copyOf(fallbacks);
    }

    /**
     * The view's state and age.
     *
     * @param state {@code unknown}, {@code live} or {@code stale}
     * @param age since the source last told us anything; empty when it has not told us all yet
     * @param why what keeps it from being live; {@code ""} when it is
     */
    public record View(String state, Optional<Duration> age, String why) {}

    /**
     * A backend of the route.
     *
     * @param address {@code ip:port}
     * @param pod null when the slice names none
     * @param node null when the slice names none
     * @param zone null when the slice names none
     * @param probability that the next random pick is this one; 0 while it is ejected or in quarantine
     * @param started attempts so far
     * @param failed attempts that failed so far
     * @param inFlight attempts open now
     * @param ejection evidence and time left, or why it is in quarantine; {@code ""} when it is neither
     */
    public record Candidate(
            String address,
            @Nullable String pod,
            @Nullable String node,
            @Nullable String zone,
            double probability,
            long started,
            long failed,
            long inFlight,
            String ejection) {}

    /**
     * An endpoint that is in a slice and not in the route.
     *
     * @param address as far as the slice has one
     * @param pod null when the slice names none
     * @param slice the slice's name
     * @param rule the rule that left it out, such as {@code R20}
     * @param reason half a sentence for people
     */
    public record LeftOut(
            @Nullable String address, @Nullable String pod, String slice, String rule, String reason) {}

    /**
     * Explains a snapshot.
     *
     * @param quarantined backends of the route that are not in it for their certificates, with the reason
     */
    public static Explanation of(
            Destination destination,
            Optional<Duration> viewAge,
            Eligible eligible,
            Map<Backend, String> quarantined,
            String policy,
            Map<FallbackReason, Long> fallbacks,
            long refusals,
            long nowNanos) {
        Optional<Route> route = eligible.route();
        return new Explanation(
                destination.service().toString(),
                destination.port().toString(),
                destination.protocol().toString(),
                route.map(known -> known.resolved().family())
                        .map(Object::toString)
                        .orElse(null),
                route.map(known -> known.resolved().clusterIp())
                        .map(Object::toString)
                        .orElse(null),
                verdict(eligible),
                route.map(Route::rule).orElse(""),
                reason(eligible),
                view(eligible.view(), viewAge),
                policy,
                candidates(eligible, quarantined, nowNanos),
                route.map(Route::excluded).orElse(List.of()).stream()
                        .map(Explanation::leftOut)
                        .toList(),
                fallbacks.isEmpty() ? Map.of() : new EnumMap<>(fallbacks),
                refusals);
    }

    /** The same as a picture for a terminal, one line per step and per endpoint. */
    public String text() {
        return ExplanationText.of(this);
    }

    private static Verdict verdict(Eligible eligible) {
        Decision decision = eligible.decision();
        if (decision instanceof Decision.Pick) {
            return Verdict.BACKENDS;
        }
        if (decision instanceof Decision.Refuse refuse) {
            return refuse.verdict();
        }
        return decision instanceof Decision.ClusterIp fallback && fallback.reason() == FallbackReason.NOT_PROXIED
                ? Verdict.NOT_PROXIED
                : Verdict.UNKNOWN;
    }

    private static String reason(Eligible eligible) {
        Decision decision = eligible.decision();
        if (decision instanceof Decision.Refuse refuse) {
            return refuse.why();
        }
        if (decision instanceof Decision.ClusterIp fallback) {
            return "connections go to the ClusterIP (" + fallback.reason() + "): " + fallback.why();
        }
        if (decision instanceof Decision.Wait wait) {
            return "waiting for the first view: " + wait.why();
        }
        String text = eligible.route().map(Route::text).orElse("");
        return eligible.failedOpen() ? text + "; all of them are ejected, so ejections are ignored" : text;
    }

    private static View view(ServiceView view, Optional<Duration> age) {
        if (view instanceof ServiceView.Unknown unknown) {
            return new View("unknown", age, unknown.why());
        }
        if (view instanceof ServiceView.Stale stale) {
            return new View("stale", age, stale.why());
        }
        return new View("live", age, "");
    }

    private static List<Candidate> candidates(Eligible eligible, Map<Backend, String> quarantined, long nowNanos) {
        List<Candidate> all = new ArrayList<>();
        eligible.backends().forEach(backend -> all.add(candidate(backend, 1.0 / eligible.size(), "")));
        eligible.ejected()
                .forEach(backend -> all.add(candidate(
                        backend,
                        0,
                        eligible.ejection(backend)
                                .map(e -> ejection(e, nowNanos))
                                .orElse(""))));
        quarantined.forEach((backend, why) -> {
            if (!eligible.contains(backend)) {
                all.add(candidate(backend, 0, "quarantined, for its certificate is not accepted: " + why));
            }
        });
        return all;
    }

    private static Candidate candidate(Backend backend, double probability, String ejection) {
        return new Candidate(
                backend.key().address(),
                backend.endpoint().podName(),
                backend.endpoint().nodeName(),
                backend.endpoint().zone(),
                probability,
                backend.started(),
                backend.failed(),
                backend.inFlight(),
                ejection);
    }

    private static String ejection(Ejection ejection, long nowNanos) {
        long millis = Math.max(0, ejection.untilNanos() - nowNanos) / 1_000_000;
        if (ejection.onTrial()) {
            return "ejected, and being tried (time " + ejection.times() + "): " + ejection.evidence();
        }
        return "ejected for " + millis + " ms more (time " + ejection.times() + "): " + ejection.evidence();
    }

    private static LeftOut leftOut(Excluded excluded) {
        String address = excluded.address();
        String withPort = address == null || excluded.port() == 0
                ? address
                : (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + excluded.port();
        return new LeftOut(
                withPort,
                excluded.podName(),
                excluded.slice(),
                excluded.rule(),
                excluded.reason().because());
    }
}
