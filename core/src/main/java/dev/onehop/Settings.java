package dev.onehop;

import dev.onehop.health.Classifier;
import dev.onehop.pick.PickPolicy;
import dev.onehop.route.Destination;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Discovery;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What {@link OnehopBuilder} collected, as {@link CheckedOptions} found it good.
 *
 * <p>Immutable.
 *
 * @param maxConnectionAge how long clients keep a connection, about
 * @param clusterIpFallback whether to go to the ClusterIP when we cannot say where to; otherwise fail
 * @param strictDrop whether a connection that kube-proxy drops waits, as it would there; otherwise it fails at once
 * @param namespaces beside the own one, those whose {@code service.namespace} names are ours
 * @param activeChecks how the backends of a Service port are checked, if they are
 * @param hedging when {@link AsyncConnector}s dial a second backend beside a slow one; empty for never
 * @param closing where idle connections of clients are closed: never the loop, for closing is the clients' code
 * @param rampNewBackends whether new backends begin with a small share (reliability 2.7)
 * @param lastResort who gets connections when nobody is ready
 * @param headless whether headless Services are balanced, too (R2)
 */
record Settings(
        Discovery discovery,
        PickPolicy policy,
        SerialScheduler loop,
        RandomGenerator random,
        AddressPolicy addressPolicy,
        Duration initialWait,
        Duration maxStaleness,
        Duration maxConnectionAge,
        boolean clusterIpFallback,
        boolean headless,
        LastResort lastResort,
        StandDown standDown,
        boolean strictDrop,
        FamilyPreference family,
        Classifier classifier,
        boolean rampNewBackends,
        Prober prober,
        Function<Destination, Optional<ActiveCheck>> activeChecks,
        Optional<Hedging> hedging,
        Executor closing,
        Listeners listeners,
        Set<String> namespaces,
        HostNames names) {}
