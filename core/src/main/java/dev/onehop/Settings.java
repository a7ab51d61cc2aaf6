package dev.onehop;

import dev.onehop.pick.PickPolicy;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Discovery;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What {@link OnehopBuilder} collected, checked.
 *
 * <p>Immutable.
 *
 * @param clusterIpFallback whether to go to the ClusterIP when we cannot say where to; otherwise fail
 */
record Settings(
        Discovery discovery,
        PickPolicy policy,
        SerialScheduler loop,
        RandomGenerator random,
        AddressPolicy addressPolicy,
        Duration initialWait,
        Duration maxStaleness,
        boolean clusterIpFallback,
        StandDown standDown,
        Optional<String> namespace,
        Set<String> namespaces,
        String clusterDomain) {}
