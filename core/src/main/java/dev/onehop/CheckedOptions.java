package dev.onehop;

import dev.onehop.service.Discovery;
import dev.onehop.service.Printable;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether the options that an {@link OnehopBuilder} has collected are good, and the {@link Settings} they come to.
 *
 * <p>Pure but for the thread of the loop, which is made where none was given, once all durations and names are good.
 */
final class CheckedOptions {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private CheckedOptions() {}

    /**
     * @throws IllegalArgumentException for a duration below zero or above a year, a malformed namespace or domain
     * @throws NullPointerException when no discovery was given
     */
    static Settings of(GivenOptions given) {
        Discovery discovery = Objects.requireNonNull(given.discovery, "discovery (expected: builder().discovery(...))");
        Objects.requireNonNull(given.policy, "policy");
        Objects.requireNonNull(given.random, "random");
        Objects.requireNonNull(given.addressPolicy, "addressPolicy");
        within("initialWait", Objects.requireNonNull(given.initialWait, "initialWait"));
        within("maxStaleness", Objects.requireNonNull(given.maxStaleness, "maxStaleness"));
        within("maxConnectionAge", Objects.requireNonNull(given.maxConnectionAge, "maxConnectionAge"));
        moreThanZero("maxConnectionAge", given.maxConnectionAge);
        given.hedging.ifPresent(hedge -> {
            within("hedgedConnect", hedge.after());
            moreThanZero("hedgedConnect", hedge.after());
        });
        given.namespace.ifPresent(own -> namespace("namespace", own));
        given.namespaces.forEach(each -> namespace("namespaces", each));
        SerialScheduler clock = given.loop == null ? SerialScheduler.daemon("onehop") : given.loop;
        var told = new Listeners();
        given.listeners.forEach(told::add);
        return new Settings(
                discovery,
                given.policy,
                clock,
                given.random,
                given.addressPolicy,
                given.initialWait,
                given.maxStaleness,
                given.maxConnectionAge,
                given.clusterIpFallback,
                given.headless,
                given.lastResort,
                standDown(given, clock),
                given.strictDrop,
                given.family,
                given.classifier,
                given.rampNewBackends,
                given.prober == null ? new ConnectProber() : given.prober,
                given.activeChecks.chosen(),
                given.hedging,
                given.closing,
                told,
                Set.copyOf(given.namespaces),
                HostNames.of(
                        given.namespace.or(discovery::namespace),
                        domain(given.clusterDomain),
                        given.searchPath,
                        given.hostsFile));
    }

    private static StandDown standDown(GivenOptions given, SerialScheduler clock) {
        if (!given.enabled) {
            return StandDown.switchedOff();
        }
        return StandDown.unless(given.meshDetection ? given.sidecar : Optional::empty, clock::nanoTime);
    }

    private static void within(String subject, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(subject + ": " + value + " (expected: zero to 365 days)");
        }
    }

    private static void moreThanZero(String subject, Duration value) {
        if (value.isZero()) {
            throw new IllegalArgumentException(subject + ": PT0S (expected: more than zero)");
        }
    }

    private static void namespace(String subject, String value) {
        if (!NAMESPACE.matcher(value).matches()) {
            throw new IllegalArgumentException(subject + ": '" + Printable.of(value)
                    + "' (expected: a namespace, lower-case letters, digits and '-')");
        }
    }

    private static @Nullable String domain(@Nullable String clusterDomain) {
        if (clusterDomain != null
                && HostNames.labels(clusterDomain.toLowerCase(Locale.ROOT)).isEmpty()) {
            throw new IllegalArgumentException("clusterDomain: '" + Printable.of(clusterDomain)
                    + "' (expected: a domain such as cluster.local, without dots at its ends)");
        }
        return clusterDomain == null ? null : clusterDomain.toLowerCase(Locale.ROOT);
    }
}
