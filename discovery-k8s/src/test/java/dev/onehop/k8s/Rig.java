package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.FakeApiServerBuilder;
import dev.onehop.service.Discovery;
import dev.onehop.service.Endpoint;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Known;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.time.ManualTime;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * An API server over real HTTP, a discovery whose time a test pushes, and the views one subscriber heard. HTTP takes the
 * time it takes; everything that waits by the clock waits for {@link #push}. The wall clock is pushed along: a machine
 * that takes ten real seconds for one pushed second would otherwise look as if it had slept.
 */
final class Rig implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration STUCK = Duration.ofMillis(300);
    private static final Duration MOMENT = Duration.ofMillis(25);
    private static final Duration LONGEST_MOMENT = KeptEndpoints.EMPTIED.plusSeconds(1);

    final FakeApiServer server;
    final ManualTime time = new ManualTime();
    final List<ServiceView> heard = new CopyOnWriteArrayList<>();
    final KubernetesDiscovery discovery;
    /** How long this machine has been asleep, in milliseconds: the wall clock went on meanwhile, the other did not. */
    volatile long asleepMillis;

    Discovery.Subscription subscription;

    private Rig(FakeApiServer server, KubernetesDiscoveryBuilder builder) {
        this.server = server;
        discovery = builder.environment(Map.of())
                .loop(time)
                .random(new Random(7))
                .wallMillis(() -> time.nanoTime() / 1_000_000 + asleepMillis)
                .build();
    }

    /** A server with {@link ApiObjects#API} and nobody following it yet. */
    static Rig start() {
        return start(UnaryOperator.identity(), UnaryOperator.identity());
    }

    static Rig start(
            UnaryOperator<FakeApiServerBuilder> ofServer, UnaryOperator<KubernetesDiscoveryBuilder> ofDiscovery) {
        FakeApiServer server = ofServer.apply(FakeApiServer.builder()).start();
        server.create("services", "shop", ApiObjects.apiService());
        return new Rig(server, ofDiscovery.apply(KubernetesDiscovery.builder().config(config(server))));
    }

    static Rig start(FakeApiServer server, KubernetesDiscoveryBuilder builder) {
        return new Rig(server, builder);
    }

    static Config config(FakeApiServer server) {
        return new ConfigBuilder(Config.empty()).withMasterUrl(server.url()).build();
    }

    Rig slice(String name, String... addresses) {
        server.create("endpointslices", "shop", ApiObjects.slice(name, addresses));
        return this;
    }

    void change(String name, String... addresses) {
        server.replace("endpointslices", "shop", name, ApiObjects.slice(name, addresses));
    }

    Rig follow() {
        subscription = discovery.subscribe(ApiObjects.API, heard::add);
        return this;
    }

    /** Follows, and waits until the view is live and both watches are open. */
    Rig live() {
        follow();
        untilLive();
        watching();
        return this;
    }

    void watching() {
        until(() -> server.openWatches("services") == 1 && server.openWatches("endpointslices") == 1);
    }

    void untilLive() {
        until(() -> last() instanceof Live);
    }

    void untilLive(String... addresses) {
        until(() -> last() instanceof Live && addresses().equals(new TreeSet<>(List.of(addresses))));
    }

    void untilStale() {
        until(() -> last() instanceof Stale);
    }

    /**
     * Waits; where a view is told a moment later (a removal that is held back), that moment passes. However long HTTP
     * takes meanwhile, no more time is pushed per view than the longest such moment, so never as far as a timeout.
     */
    void until(BooleanSupplier condition) {
        var told = new AtomicInteger(heard.size());
        var left = new AtomicReference<>(LONGEST_MOMENT);
        untilInThisMoment(() -> {
            if (condition.getAsBoolean()) {
                return true;
            }
            if (told.getAndSet(heard.size()) != heard.size()) {
                left.set(LONGEST_MOMENT);
            }
            if (discovery.isWaiting()
                    && discovery.unanswered() == 0
                    && left.get().compareTo(MOMENT) >= 0) {
                time.advance(MOMENT);
                left.set(left.get().minus(MOMENT));
            }
            return false;
        });
    }

    /** Waits for HTTP alone: time stands still. */
    void untilInThisMoment(BooleanSupplier condition) {
        await().atMost(SOON)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> {
                    time.run();
                    return condition.getAsBoolean();
                });
    }

    /**
     * Moves time on by steps until the condition holds. Between steps HTTP has its say: until no request waits for its
     * answer and what arrived has been dealt with, or for a while when the server says nothing. Returns how long.
     */
    Duration push(Duration step, Duration atMost, BooleanSupplier condition) {
        Duration pushed = Duration.ZERO;
        while (!settles(condition)) {
            assertThat(pushed).as("time pushed, last view %s", last()).isLessThan(atMost);
            time.advance(step);
            pushed = pushed.plus(step);
        }
        return pushed;
    }

    private boolean settles(BooleanSupplier condition) {
        long until = System.nanoTime() + STUCK.toNanos();
        var quiet = new AtomicInteger();
        var holds = new AtomicBoolean();
        untilInThisMoment(() -> {
            holds.set(condition.getAsBoolean());
            quiet.set(discovery.unanswered() == 0 ? quiet.get() + 1 : 0);
            return holds.get() || quiet.get() > 12 || System.nanoTime() - until > 0;
        });
        return holds.get();
    }

    ServiceView last() {
        return heard.isEmpty() ? new ServiceView.Unknown("nothing heard") : heard.get(heard.size() - 1);
    }

    TreeSet<String> addresses() {
        return addresses(last());
    }

    static TreeSet<String> addresses(ServiceView view) {
        var addresses = new TreeSet<String>();
        if (view instanceof Known known) {
            known.slices()
                    .forEach(slice ->
                            slice.endpoints().stream().map(Endpoint::address).forEach(addresses::add));
        }
        return addresses;
    }

    /** The fewest addresses in any known view heard. */
    int fewest() {
        return heard.stream()
                .filter(Known.class::isInstance)
                .mapToInt(view -> addresses(view).size())
                .min()
                .orElse(0);
    }

    ReflectorStatus status(String resource) {
        return discovery.status().stream()
                .filter(feed -> feed.service().equals(ApiObjects.API))
                .flatMap(feed -> feed.resources().stream())
                .filter(each -> each.resource().equals(resource))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        discovery.close();
        time.run();
        server.close();
    }
}
