package dev.onehop;

import dev.onehop.health.Classifier;
import dev.onehop.pick.PickPolicy;
import dev.onehop.route.Destination;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Discovery;
import dev.onehop.service.Printable;
import dev.onehop.service.SearchPath;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects what {@link Onehop} needs; {@link #build} checks all of it at once.
 *
 * <p>Not thread-safe.
 */
public final class OnehopBuilder {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private @Nullable Discovery discovery;
    private PickPolicy policy = PickPolicy.random();
    private @Nullable SerialScheduler loop;
    private RandomGenerator random = ThreadLocalGenerator.INSTANCE;
    private AddressPolicy addressPolicy = AddressPolicy.strict();
    private Duration initialWait = Duration.ofSeconds(1);
    private Duration maxStaleness = Duration.ofMinutes(10);
    private Duration maxConnectionAge = Duration.ofMinutes(5);
    private boolean clusterIpFallback = true;
    private boolean headless;
    private LastResort lastResort = LastResort.NONE;
    private boolean enabled = true;
    private boolean meshDetection = true;
    private Supplier<Optional<String>> sidecar = MeshSidecar::detect;
    private Optional<String> namespace = Optional.empty();
    private Set<String> namespaces = Set.of();
    private @Nullable String clusterDomain;
    private FamilyPreference family = FamilyPreference.ofThisJvm();
    private boolean strictDrop;
    private Classifier classifier = Classifier.standard();
    private boolean rampNewBackends;
    private @Nullable Prober prober;
    private final ChosenChecks activeChecks = new ChosenChecks();
    private Optional<Hedging> hedging = Optional.empty();
    private Executor closing = ForkJoinPool.commonPool();
    private final List<OnehopListener> listeners = new ArrayList<>();
    private SearchPath searchPath = SearchPath.ofThisMachine();
    private Set<String> hostsFile = HostsFile.names();

    OnehopBuilder() {}

    /** Where Services come from. Required. Onehop closes it. */
    public OnehopBuilder discovery(Discovery discovery) {
        this.discovery = discovery;
        return this;
    }

    /** How backends are picked; random, as kube-proxy does, unless said otherwise. */
    public OnehopBuilder policy(PickPolicy policy) {
        this.policy = policy;
        return this;
    }

    /** How long a first attempt waits for the first view before it goes to the ClusterIP; 1 s, 0 for not at all. */
    public OnehopBuilder initialWait(Duration initialWait) {
        this.initialWait = initialWait;
        return this;
    }

    /** How old a view may become, without contact, before connections go to the ClusterIP; 10 min. */
    public OnehopBuilder maxStaleness(Duration maxStaleness) {
        this.maxStaleness = maxStaleness;
        return this;
    }

    /**
     * How long clients keep a connection open, give or take a fifth, where their adapter can end it between two exchanges;
     * 5 min. Longer-lived connections go to new backends later, if nothing else ends them.
     */
    public OnehopBuilder maxConnectionAge(Duration maxConnectionAge) {
        this.maxConnectionAge = maxConnectionAge;
        return this;
    }

    /** Whether to go to the ClusterIP when Onehop cannot say where to; otherwise attempts fail. On by default. */
    public OnehopBuilder clusterIpFallback(boolean clusterIpFallback) {
        this.clusterIpFallback = clusterIpFallback;
        return this;
    }

    /**
     * Whether headless Services are balanced, too: over their ready endpoints, on the port the slices give to a Service
     * port, or on the target port itself. Off by default: DNS answers for them. The discovery must not hide their slices.
     */
    public OnehopBuilder headless(boolean headless) {
        this.headless = headless;
        return this;
    }

    /**
     * Who gets connections when no endpoint is ready; nobody unless said otherwise, as with kube-proxy. What speaks for
     * {@link LastResort#NOT_READY}, and against it, is in {@code docs/operations.md}.
     */
    public OnehopBuilder lastResort(LastResort lastResort) {
        this.lastResort = Objects.requireNonNull(lastResort, "lastResort");
        return this;
    }

    /** The off switch: {@code false} sends every connection to the ClusterIP and asks the API server nothing. */
    public OnehopBuilder enabled(boolean enabled) {
        this.enabled = enabled;
        return this;
    }

    /** Whether to stand down when a mesh sidecar is found in this pod. On by default. */
    public OnehopBuilder meshDetection(boolean meshDetection) {
        this.meshDetection = meshDetection;
        return this;
    }

    /**
     * The namespace of bare Service names; otherwise the discovery's, or that of the search list in
     * {@code /etc/resolv.conf}. Should be the one that this list begins with, or clients' bare names would mean one Service
     * to us and another to the platform.
     */
    public OnehopBuilder namespace(String namespace) {
        this.namespace = Optional.of(namespace);
        return this;
    }

    /** Other namespaces whose {@code service.namespace} names are ours when a client dials them. */
    public OnehopBuilder namespaces(Set<String> namespaces) {
        this.namespaces = namespaces;
        return this;
    }

    /** The cluster's DNS domain; otherwise that of {@code /etc/resolv.conf}, or {@code cluster.local}. */
    public OnehopBuilder clusterDomain(String clusterDomain) {
        this.clusterDomain = clusterDomain;
        return this;
    }

    /**
     * Which family's ClusterIP stands for a Service that has both (R4); otherwise what this JVM would dial, which is IPv4
     * unless {@code java.net.preferIPv6Addresses} says otherwise. Never falls back to the other family.
     */
    public OnehopBuilder family(AddressFamily family) {
        return family(new FamilyPreference(Objects.requireNonNull(family, "family")));
    }

    OnehopBuilder family(FamilyPreference family) {
        this.family = family;
        return this;
    }

    /**
     * Whether a connection that kube-proxy would drop (R25: {@code internalTrafficPolicy: Local} and no endpoint on this
     * node) waits until the caller's connect timeout, as it would there. Otherwise, and by default, it fails at once
     * with {@link NoBackendException}.
     */
    public OnehopBuilder strictDrop(boolean strictDrop) {
        this.strictDrop = strictDrop;
        return this;
    }

    /**
     * Whether an {@link AsyncConnector}'s dial that has not ended after 250 ms gets another one beside it, on a backend
     * not yet tried; the first connection wins, the other is closed. Off by default. Concerns {@link
     * Balancer#connectAsync} alone, and no dialer that is not said to only connect.
     */
    public OnehopBuilder hedgedConnect(boolean hedgedConnect) {
        this.hedging = hedgedConnect ? Optional.of(Hedging.after(Hedging.HAPPY_EYEBALLS)) : Optional.empty();
        return this;
    }

    /** As the other, after a time of your choice: a longer one than healthy connects of yours take. */
    public OnehopBuilder hedgedConnect(Duration after) {
        return hedgedConnect(Hedging.after(Objects.requireNonNull(after, "hedgedConnect")));
    }

    OnehopBuilder hedgedConnect(Hedging hedging) {
        this.hedging = Optional.of(hedging);
        return this;
    }

    /** How the backends of all Service ports (TCP) are checked; by a bare connect once ejected for failed ones, unless said. */
    public OnehopBuilder activeCheck(ActiveCheck check) {
        return activeCheck(port -> true, check);
    }

    /** As the other, for some Service ports; of several that fit, the first counts. */
    public OnehopBuilder activeCheck(Predicate<Destination> ports, ActiveCheck check) {
        activeChecks.add(ports, check);
        return this;
    }

    /** Which addresses may be dialled; all special ones are refused unless said otherwise. */
    public OnehopBuilder addressPolicy(AddressPolicy addressPolicy) {
        this.addressPolicy = addressPolicy;
        return this;
    }

    /** What the endings of attempts say about backends; the standard one unless said otherwise. */
    public OnehopBuilder classifier(Classifier classifier) {
        this.classifier = Objects.requireNonNull(classifier, "classifier");
        return this;
    }

    /**
     * Whether a backend that joins others, new or ready again, begins with a tenth of its share, which grows to all of it
     * within ten seconds: for servers that are slow while they are cold. Off by default. Where there are two backends, or
     * all are new, they share at once.
     */
    public OnehopBuilder rampNewBackends(boolean rampNewBackends) {
        this.rampNewBackends = rampNewBackends;
        return this;
    }

    /** Who hears what happens to Service ports, from the first event on; may be called several times. */
    public OnehopBuilder listener(OnehopListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /** The source of randomness, safe for use by many threads; each thread's own generator unless said otherwise. */
    public OnehopBuilder random(RandomGenerator random) {
        this.random = random;
        return this;
    }

    /** A sidecar shown by a test. */
    OnehopBuilder sidecar(Supplier<Optional<String>> sidecar) {
        this.sidecar = sidecar;
        return this;
    }

    /**
     * Time pushed by a test, whose pods are no real ones: they are found to listen whenever they are probed, and
     * connections to them are closed at once.
     */
    OnehopBuilder loop(SerialScheduler loop) {
        this.loop = loop;
        this.closing = Runnable::run;
        return prober((address, timeout) -> CompletableFuture.completedStage(null));
    }

    OnehopBuilder prober(Prober prober) {
        this.prober = prober;
        return this;
    }

    /** The platform's resolver, given by a test. */
    OnehopBuilder platform(SearchPath searchPath, Set<String> hostsFile) {
        this.searchPath = searchPath;
        this.hostsFile = hostsFile;
        return this;
    }

    /**
     * Checks everything and builds. Starts no watch and does not touch the network.
     *
     * @throws IllegalArgumentException for a duration below zero or above a year, a malformed namespace or domain
     * @throws NullPointerException when no discovery was given
     */
    public Onehop build() {
        Objects.requireNonNull(discovery, "discovery (expected: builder().discovery(...))");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(random, "random");
        Objects.requireNonNull(addressPolicy, "addressPolicy");
        within("initialWait", Objects.requireNonNull(initialWait, "initialWait"));
        within("maxStaleness", Objects.requireNonNull(maxStaleness, "maxStaleness"));
        within("maxConnectionAge", Objects.requireNonNull(maxConnectionAge, "maxConnectionAge"));
        moreThanZero("maxConnectionAge", maxConnectionAge);
        hedging.ifPresent(hedge -> {
            within("hedgedConnect", hedge.after());
            moreThanZero("hedgedConnect", hedge.after());
        });
        namespace.ifPresent(own -> namespace("namespace", own));
        namespaces.forEach(each -> namespace("namespaces", each));
        SerialScheduler clock = loop == null ? SerialScheduler.daemon("onehop") : loop;
        var told = new Listeners();
        listeners.forEach(told::add);
        return new Onehop(new Settings(
                discovery,
                policy,
                clock,
                random,
                addressPolicy,
                initialWait,
                maxStaleness,
                maxConnectionAge,
                clusterIpFallback,
                headless,
                lastResort,
                standDown(clock),
                strictDrop,
                family,
                classifier,
                rampNewBackends,
                prober == null ? new ConnectProber() : prober,
                activeChecks.chosen(),
                hedging,
                closing,
                told,
                Set.copyOf(namespaces),
                HostNames.of(namespace.or(discovery::namespace), domain(clusterDomain), searchPath, hostsFile)));
    }

    private static @Nullable String domain(@Nullable String clusterDomain) {
        if (clusterDomain != null
                && HostNames.labels(clusterDomain.toLowerCase(Locale.ROOT)).isEmpty()) {
            throw new IllegalArgumentException("clusterDomain: '" + Printable.of(clusterDomain)
                    + "' (expected: a domain such as cluster.local, without dots at its ends)");
        }
        return clusterDomain == null ? null : clusterDomain.toLowerCase(Locale.ROOT);
    }

    private StandDown standDown(SerialScheduler clock) {
        if (!enabled) {
            return StandDown.switchedOff();
        }
        return StandDown.unless(meshDetection ? sidecar : Optional::empty, clock::nanoTime);
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
}
