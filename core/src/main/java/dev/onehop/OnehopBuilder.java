package dev.onehop;

import dev.onehop.health.Classifier;
import dev.onehop.pick.PickPolicy;
import dev.onehop.route.Destination;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Discovery;
import dev.onehop.service.SearchPath;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Collects what {@link Onehop} needs; {@link #build} checks all of it at once.
 *
 * <p>Not thread-safe.
 */
public final class OnehopBuilder {

    private final GivenOptions given = new GivenOptions();

    OnehopBuilder() {}

    /** Where Services come from. Required. Onehop closes it. */
    public OnehopBuilder discovery(Discovery discovery) {
        given.discovery = discovery;
        return this;
    }

    /** How backends are picked; random, as kube-proxy does, unless said otherwise. */
    public OnehopBuilder policy(PickPolicy policy) {
        given.policy = policy;
        return this;
    }

    /** How long a first attempt waits for the first view before it goes to the ClusterIP; 1 s, 0 for not at all. */
    public OnehopBuilder initialWait(Duration initialWait) {
        given.initialWait = initialWait;
        return this;
    }

    /** How old a view may become, without contact, before connections go to the ClusterIP; 10 min. */
    public OnehopBuilder maxStaleness(Duration maxStaleness) {
        given.maxStaleness = maxStaleness;
        return this;
    }

    /**
     * How long clients keep a connection open, give or take a fifth, where their adapter can end it between two exchanges;
     * 5 min. Longer-lived connections go to new backends later, if nothing else ends them.
     */
    public OnehopBuilder maxConnectionAge(Duration maxConnectionAge) {
        given.maxConnectionAge = maxConnectionAge;
        return this;
    }

    /** Whether to go to the ClusterIP when Onehop cannot say where to; otherwise attempts fail. On by default. */
    public OnehopBuilder clusterIpFallback(boolean clusterIpFallback) {
        given.clusterIpFallback = clusterIpFallback;
        return this;
    }

    /**
     * Whether headless Services are balanced, too: over their ready endpoints, on the port the slices give to a Service
     * port, or on the target port itself. Off by default: DNS answers for them. The discovery must not hide their slices.
     */
    public OnehopBuilder headless(boolean headless) {
        given.headless = headless;
        return this;
    }

    /**
     * Who gets connections when no endpoint is ready; nobody unless said otherwise, as with kube-proxy. What speaks for
     * {@link LastResort#NOT_READY}, and against it, is in {@code docs/operations.md}.
     */
    public OnehopBuilder lastResort(LastResort lastResort) {
        given.lastResort = Objects.requireNonNull(lastResort, "lastResort");
        return this;
    }

    /** The off switch: {@code false} sends every connection to the ClusterIP and asks the API server nothing. */
    public OnehopBuilder enabled(boolean enabled) {
        given.enabled = enabled;
        return this;
    }

    /** Whether to stand down when a mesh sidecar is found in this pod. On by default. */
    public OnehopBuilder meshDetection(boolean meshDetection) {
        given.meshDetection = meshDetection;
        return this;
    }

    /**
     * The namespace of bare Service names; otherwise the discovery's, or that of the search list in
     * {@code /etc/resolv.conf}. Should be the one that this list begins with, or clients' bare names would mean one Service
     * to us and another to the platform.
     */
    public OnehopBuilder namespace(String namespace) {
        given.namespace = Optional.of(namespace);
        return this;
    }

    /** Other namespaces whose {@code service.namespace} names are ours when a client dials them. */
    public OnehopBuilder namespaces(Set<String> namespaces) {
        given.namespaces = namespaces;
        return this;
    }

    /** The cluster's DNS domain; otherwise that of {@code /etc/resolv.conf}, or {@code cluster.local}. */
    public OnehopBuilder clusterDomain(String clusterDomain) {
        given.clusterDomain = clusterDomain;
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
        given.family = family;
        return this;
    }

    /**
     * Whether a connection that kube-proxy would drop (R25: {@code internalTrafficPolicy: Local} and no endpoint on this
     * node) waits until the caller's connect timeout, as it would there. Otherwise, and by default, it fails at once
     * with {@link NoBackendException}.
     */
    public OnehopBuilder strictDrop(boolean strictDrop) {
        given.strictDrop = strictDrop;
        return this;
    }

    /**
     * Whether an {@link AsyncConnector}'s dial that has not ended after 250 ms gets another one beside it, on a backend
     * not yet tried; the first connection wins, the other is closed. Off by default. Concerns {@link
     * Balancer#connectAsync} alone, and no dialer that is not said to only connect.
     */
    public OnehopBuilder hedgedConnect(boolean hedgedConnect) {
        given.hedging = hedgedConnect ? Optional.of(Hedging.after(Hedging.HAPPY_EYEBALLS)) : Optional.empty();
        return this;
    }

    /** As the other, after a time of your choice: a longer one than healthy connects of yours take. */
    public OnehopBuilder hedgedConnect(Duration after) {
        return hedgedConnect(Hedging.after(Objects.requireNonNull(after, "hedgedConnect")));
    }

    OnehopBuilder hedgedConnect(Hedging hedging) {
        given.hedging = Optional.of(hedging);
        return this;
    }

    /** How the backends of all Service ports (TCP) are checked; by a bare connect once ejected for failed ones, unless said. */
    public OnehopBuilder activeCheck(ActiveCheck check) {
        return activeCheck(port -> true, check);
    }

    /** As the other, for some Service ports; of several that fit, the first counts. */
    public OnehopBuilder activeCheck(Predicate<Destination> ports, ActiveCheck check) {
        given.activeChecks.add(ports, check);
        return this;
    }

    /** Which addresses may be dialled; all special ones are refused unless said otherwise. */
    public OnehopBuilder addressPolicy(AddressPolicy addressPolicy) {
        given.addressPolicy = addressPolicy;
        return this;
    }

    /** What the endings of attempts say about backends; the standard one unless said otherwise. */
    public OnehopBuilder classifier(Classifier classifier) {
        given.classifier = Objects.requireNonNull(classifier, "classifier");
        return this;
    }

    /**
     * Whether a backend that joins others, new or ready again, begins with a tenth of its share, which grows to all of it
     * within ten seconds: for servers that are slow while they are cold. Off by default. Where there are two backends, or
     * all are new, they share at once.
     */
    public OnehopBuilder rampNewBackends(boolean rampNewBackends) {
        given.rampNewBackends = rampNewBackends;
        return this;
    }

    /** Who hears what happens to Service ports, from the first event on; may be called several times. */
    public OnehopBuilder listener(OnehopListener listener) {
        given.listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /** The source of randomness, safe for use by many threads; each thread's own generator unless said otherwise. */
    public OnehopBuilder random(RandomGenerator random) {
        given.random = random;
        return this;
    }

    /** A sidecar shown by a test. */
    OnehopBuilder sidecar(Supplier<Optional<String>> sidecar) {
        given.sidecar = sidecar;
        return this;
    }

    /**
     * Time pushed by a test, whose pods are no real ones: they are found to listen whenever they are probed, and
     * connections to them are closed at once.
     */
    OnehopBuilder loop(SerialScheduler loop) {
        given.loop = loop;
        given.closing = Runnable::run;
        return prober((address, timeout) -> CompletableFuture.completedStage(null));
    }

    OnehopBuilder prober(Prober prober) {
        given.prober = prober;
        return this;
    }

    /** The platform's resolver, given by a test. */
    OnehopBuilder platform(SearchPath searchPath, Set<String> hostsFile) {
        given.searchPath = searchPath;
        given.hostsFile = hostsFile;
        return this;
    }

    /**
     * Checks everything and builds. Starts no watch and does not touch the network.
     *
     * @throws IllegalArgumentException for a duration below zero or above a year, a malformed namespace or domain
     * @throws NullPointerException when no discovery was given
     */
    public Onehop build() {
        return new Onehop(CheckedOptions.of(given));
    }
}
