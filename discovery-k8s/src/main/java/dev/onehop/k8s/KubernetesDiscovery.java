package dev.onehop.k8s;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.time.SerialScheduler;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows Services and EndpointSlices at a Kubernetes API server. Needs {@code list} and {@code watch} on
 * {@code endpointslices}, and the same on {@code services} unless ports are named and slices suffice; where slices are
 * refused it reads v1 {@code endpoints}.
 *
 * <p>An API server that is away, slow, wrong or unwilling never makes a call here fail and never empties a view: the
 * last one stays and is told to be stale.
 *
 * <p>Zones are known when the environment variables {@code NODE_NAME} (downward API: {@code spec.nodeName}) and
 * {@code NODE_ZONE} say so, or when the Node may be read.
 *
 * <p>Shared: safe from any thread; all state is touched on one loop, the thread {@code onehop-k8s}, on which
 * subscribers are called.
 */
public final class KubernetesDiscovery implements Discovery {

    private static final Logger log = LoggerFactory.getLogger(KubernetesDiscovery.class);

    private final ApiConnection connection;
    private final Optional<String> namespace;
    private final NodeIdentity identity;
    private final SerialScheduler loop;
    private final EmptyLists emptyLists;
    private final Inputs inputs;
    private final Map<ServiceKey, ServiceFeed> feeds = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    KubernetesDiscovery(
            ApiConnection connection,
            @Nullable String namespace,
            ClientLocation known,
            boolean headless,
            SliceTrust trust,
            EmptyLists emptyLists,
            SerialScheduler loop,
            RandomGenerator random,
            LongSupplier wallMillis) {
        this.connection = connection;
        this.namespace = Optional.ofNullable(namespace);
        this.emptyLists = emptyLists;
        this.loop = loop;
        inputs = new Inputs(new ApiResources(connection, headless, trust), loop, random);
        identity = new NodeIdentity(known, connection, loop, random, this::redeliver);
        var heartbeat = new Heartbeat(loop, wallMillis, this::resync);
        loop.execute(heartbeat::start);
        loop.execute(identity::start);
    }

    /**
     * Connects as this process is configured to: with the kubeconfig that kubectl would use where there is one, otherwise
     * with the service account of its pod. Environment variables and system properties of fabric8's client win over both.
     *
     * @throws IllegalArgumentException when that configuration is unusable, or would not check the API server's identity
     */
    public static KubernetesDiscovery create() {
        return builder().build();
    }

    /** Starts a discovery with other settings. */
    public static KubernetesDiscoveryBuilder builder() {
        return new KubernetesDiscoveryBuilder();
    }

    @Override
    public Subscription subscribe(ServiceKey service, Consumer<ServiceView> subscriber) {
        var follower = new Follower(
                Objects.requireNonNull(service, "service"), Objects.requireNonNull(subscriber, "subscriber"));
        loop.execute(follower::follow);
        return follower;
    }

    @Override
    public ClientLocation location() {
        return identity.location();
    }

    @Override
    public Optional<String> namespace() {
        return namespace;
    }

    @Override
    public boolean keepsEmptied(ServiceKey service) {
        ServiceFeed feed = feeds.get(service);
        return feed != null && feed.keepsEmptied();
    }

    /** How every followed Service stands, in the order of their names. */
    public List<FeedStatus> status() {
        return feeds.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(feed -> feed.getValue().status())
                .toList();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            loop.execute(() -> {
                feeds.values().forEach(ServiceFeed::close);
                feeds.clear();
                identity.close();
                connection.close();
                loop.close();
            });
        }
    }

    /** How many requests wait for the head of their answer: tests wait for none. */
    int unanswered() {
        return connection.unanswered();
    }

    /** Whether a view waits for a moment to pass before it is told: tests let it pass. */
    boolean isWaiting() {
        return feeds.values().stream().anyMatch(ServiceFeed::isWaiting);
    }

    private void redeliver() {
        feeds.values().forEach(ServiceFeed::redeliver);
    }

    private void resync() {
        log.info("this process was not running for a while: lists everything again");
        feeds.values().forEach(ServiceFeed::resync);
    }

    /** One subscriber, and the gate that shuts when it leaves. */
    private final class Follower implements Subscription, Consumer<ServiceView> {
        private final ServiceKey service;
        private final Consumer<ServiceView> subscriber;
        private final long beganNanos = loop.nanoTime();
        private volatile @Nullable ServiceFeed feed;
        private volatile boolean left;

        private Follower(ServiceKey service, Consumer<ServiceView> subscriber) {
            this.service = service;
            this.subscriber = subscriber;
        }

        private void follow() {
            if (left || closed.get()) {
                return;
            }
            ServiceFeed present = feeds.get(service);
            if (present == null) {
                present = new ServiceFeed(
                        service,
                        inputs,
                        new KeptEndpoints(emptyLists.hold(service)),
                        beganNanos,
                        new FeedLog(service, loop),
                        loop);
                feeds.put(service, present);
                present.start();
            }
            feed = present;
            present.add(this);
        }

        private void unfollow() {
            ServiceFeed followed = feed;
            if (followed != null && followed.remove(this) && feeds.remove(service, followed)) {
                followed.close();
            }
        }

        @Override
        public void accept(ServiceView view) {
            if (left || closed.get()) {
                return;
            }
            try {
                subscriber.accept(view);
            } catch (RuntimeException | Error e) {
                log.error("{}: a subscriber failed", service, e);
            }
        }

        @Override
        public long lastContactNanos() {
            ServiceFeed followed = feed;
            return followed == null ? beganNanos : followed.lastContactNanos();
        }

        @Override
        public long divergences() {
            ServiceFeed followed = feed;
            return followed == null
                    ? 0
                    : followed.status().resources().stream()
                            .mapToLong(ReflectorStatus::divergences)
                            .sum();
        }

        @Override
        public void close() {
            if (!left) {
                left = true;
                loop.execute(this::unfollow);
            }
        }
    }
}
