package dev.onehop.k8s;

import dev.onehop.service.SearchPath;
import dev.onehop.time.SerialScheduler;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link KubernetesDiscovery} should not find out by itself.
 *
 * <p>Not thread-safe.
 */
public final class KubernetesDiscoveryBuilder {

    private @Nullable Config config;
    private @Nullable Path kubeconfig;
    private @Nullable KubernetesClient client;
    private @Nullable String nodeName;
    private @Nullable String zone;
    private @Nullable String namespace;
    private boolean insecure;
    private boolean headless;
    private SliceTrust trust = SliceTrust.everybody();
    private EmptyLists emptyLists = EmptyLists.honour();
    private Map<String, String> environment = System.getenv();
    private Supplier<SerialScheduler> loop = () -> SerialScheduler.daemon("onehop-k8s");
    private RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create();
    private SearchPath searchPath = SearchPath.ofThisMachine();
    private LongSupplier wallMillis = System::currentTimeMillis;

    KubernetesDiscoveryBuilder() {}

    /** Uses a copy of this configuration instead of the one found in the cluster or in the kubeconfig. */
    public KubernetesDiscoveryBuilder config(Config config) {
        this.config = Objects.requireNonNull(config, "config");
        return this;
    }

    /** Uses the current context of this kubeconfig, and no other. */
    public KubernetesDiscoveryBuilder kubeconfig(Path kubeconfig) {
        this.kubeconfig = Objects.requireNonNull(kubeconfig, "kubeconfig");
        return this;
    }

    /** Borrows this client, with its own transport and settings; closing the discovery does not close it. */
    public KubernetesDiscoveryBuilder client(KubernetesClient client) {
        this.client = Objects.requireNonNull(client, "client");
        return this;
    }

    /** The Node this process runs on, instead of the environment variable {@code NODE_NAME}. */
    public KubernetesDiscoveryBuilder nodeName(String nodeName) {
        this.nodeName = Objects.requireNonNull(nodeName, "nodeName");
        return this;
    }

    /** The zone of that Node, instead of {@code NODE_ZONE} or the Node's label; {@code ""} for a Node without one. */
    public KubernetesDiscoveryBuilder zone(String zone) {
        this.zone = Objects.requireNonNull(zone, "zone");
        return this;
    }

    /** The namespace that a bare Service name means, instead of the one we run in by DNS or by service account. */
    public KubernetesDiscoveryBuilder namespace(String namespace) {
        this.namespace = Objects.requireNonNull(namespace, "namespace");
        return this;
    }

    /**
     * Whether the EndpointSlices of headless Services are read, too, as {@code Onehop.builder().headless(true)} needs.
     * Off by default: like kube-proxy, we then ask the API server not to send them (R8).
     */
    public KubernetesDiscoveryBuilder headless(boolean headless) {
        this.headless = headless;
        return this;
    }

    /**
     * Uses only slices whose label {@code endpointslice.kubernetes.io/managed-by} has one of these values, and in them
     * only endpoints whose {@code targetRef.namespace}, if given, is the Service's (S-06). What is left out is counted
     * ({@link FeedStatus#foreignEndpoints}), and one WARN per Service says so; v1 Endpoints, which do not tell who wrote
     * them, do not stand in for slices then. Off by default, because kube-proxy does not look at either, so the ClusterIP
     * leads there still; and whoever may write slices may write the label, too.
     *
     * @param managers the controllers of Kubernetes itself, for Services with and without a selector, when none is named
     * @throws IllegalArgumentException when one cannot be a label's value
     */
    public KubernetesDiscoveryBuilder strictSlices(String... managers) {
        trust = SliceTrust.only(List.of(managers));
        return this;
    }

    /**
     * What becomes of a Service's endpoints when a whole list says that none is left; honoured after five seconds unless
     * said otherwise. When to keep them, and what that takes, is in {@code docs/operations.md}.
     */
    public KubernetesDiscoveryBuilder emptyListProtection(EmptyLists emptyLists) {
        this.emptyLists = Objects.requireNonNull(emptyLists, "emptyLists");
        return this;
    }

    /** Accepts a configuration that does not check the API server's certificate or name. For test clusters only. */
    public KubernetesDiscoveryBuilder insecure(boolean insecure) {
        this.insecure = insecure;
        return this;
    }

    KubernetesDiscoveryBuilder environment(Map<String, String> environment) {
        this.environment = environment;
        return this;
    }

    KubernetesDiscoveryBuilder loop(SerialScheduler loop) {
        this.loop = () -> loop;
        return this;
    }

    KubernetesDiscoveryBuilder random(RandomGenerator random) {
        this.random = random;
        return this;
    }

    KubernetesDiscoveryBuilder searchPath(SearchPath searchPath) {
        this.searchPath = searchPath;
        return this;
    }

    KubernetesDiscoveryBuilder wallMillis(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        return this;
    }

    /**
     * Starts the discovery. It connects when the first Service is followed; an API server that is away or says no is no
     * error here, but a view.
     *
     * @throws IllegalArgumentException when a file or a setting is unusable, or the API server's identity would not be
     *     checked
     */
    public KubernetesDiscovery build() {
        Supplier<Config> source = checked(source(), insecure);
        Config effective = source.get();
        String ownNamespace = namespace == null ? namespaceOf(effective) : namespace;
        ApiConnection connection = client == null ? ApiConnection.own(source) : ApiConnection.borrowed(client);
        return new KubernetesDiscovery(
                connection,
                ownNamespace,
                NodeIdentity.known(nodeName, zone, environment),
                headless,
                trust,
                emptyLists,
                loop.get(),
                random,
                wallMillis);
    }

    /** In a pod, bare names mean what its DNS search list says, whatever its service account's namespace is. */
    private @Nullable String namespaceOf(Config effective) {
        boolean detected = config == null && kubeconfig == null && client == null;
        return detected
                ? searchPath.namespace().orElse(ApiConfig.namespace(effective))
                : ApiConfig.namespace(effective);
    }

    /** How the configuration is read, now and whenever it has to be read again. */
    private Supplier<Config> source() {
        int ways = (config == null ? 0 : 1) + (kubeconfig == null ? 0 : 1) + (client == null ? 0 : 1);
        if (ways > 1) {
            throw new IllegalArgumentException(
                    "config, kubeconfig and client: " + ways + " of them (expected: at most one)");
        }
        if (client != null) {
            return client::getConfiguration;
        }
        if (kubeconfig != null) {
            Path file = kubeconfig;
            return () -> ApiConfig.kubeconfig(file);
        }
        if (config == null) {
            return ApiConfig::detected;
        }
        Config copy = ApiConfig.given(config);
        return () -> ApiConfig.given(copy);
    }

    private static Supplier<Config> checked(Supplier<Config> source, boolean insecure) {
        return () -> {
            Config read = source.get();
            ApiConfig.checkTls(read, insecure);
            ApiConfig.checkAddress(read, insecure);
            return read;
        };
    }
}
