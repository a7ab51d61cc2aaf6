package dev.onehop;

import dev.onehop.health.Classifier;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.Discovery;
import dev.onehop.service.SearchPath;
import dev.onehop.time.SerialScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link OnehopBuilder} was told, and what holds where it was told nothing: one field per option, with its default,
 * which {@link CheckedOptions} reads and nobody else.
 *
 * <p>Not thread-safe: belongs to a builder.
 */
final class GivenOptions {

    @Nullable Discovery discovery;

    PickPolicy policy = PickPolicy.random();

    @Nullable SerialScheduler loop;

    RandomGenerator random = ThreadLocalGenerator.INSTANCE;
    AddressPolicy addressPolicy = AddressPolicy.strict();
    Duration initialWait = Duration.ofSeconds(1);
    Duration maxStaleness = Duration.ofMinutes(10);
    Duration maxConnectionAge = Duration.ofMinutes(5);
    boolean clusterIpFallback = true;
    boolean headless;
    LastResort lastResort = LastResort.NONE;
    boolean enabled = true;
    boolean meshDetection = true;
    Supplier<Optional<String>> sidecar = MeshSidecar::detect;
    Optional<String> namespace = Optional.empty();
    Set<String> namespaces = Set.of();

    @Nullable String clusterDomain;

    FamilyPreference family = FamilyPreference.ofThisJvm();
    boolean strictDrop;
    Classifier classifier = Classifier.standard();
    boolean rampNewBackends;

    @Nullable Prober prober;

    final ChosenChecks activeChecks = new ChosenChecks();
    Optional<Hedging> hedging = Optional.empty();
    Executor closing = ForkJoinPool.commonPool();
    final List<OnehopListener> listeners = new ArrayList<>();
    SearchPath searchPath = SearchPath.ofThisMachine();
    Set<String> hostsFile = HostsFile.names();
}
