package dev.onehop.faults;

import dev.onehop.Attempt;
import dev.onehop.Balancer;
import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.Probes;
import dev.onehop.PushedOnehop;
import dev.onehop.health.Backend;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.Endpoint;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.net.ConnectException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Pods without sockets in time that a test pushes, for faults that take minutes.
 *
 * <p>Not thread-safe, but for the set of pods that refuse.
 */
final class Pushed implements AutoCloseable {

    final ManualTime time = new ManualTime();
    final StaticDiscovery discovery = StaticDiscovery.create();

    /** IPs on which nobody listens. */
    final Set<String> refusing = ConcurrentHashMap.newKeySet();

    /** Whether Onehop's own connects get no answer any more. */
    boolean probesHang;

    final Probes probes =
            Probes.after(address -> !refusing.contains(address.getAddress().getHostAddress()), answer -> {
                if (!probesHang) {
                    answer.run();
                }
            });
    final Snapshots snapshots = new Snapshots();
    private final Onehop onehop;
    private final Balancer api;

    Pushed(int pods, PickPolicy policy, long seed) {
        onehop = probes.in(PushedOnehop.builder(discovery, time, new SplittableRandom(seed)))
                .policy(policy)
                .build();
        discovery.set(SampleService.service(), SampleService.slice("api-1", 0, pods));
        api = onehop.balancer("api.shop:80");
        api.onChange(snapshots);
        time.run();
    }

    static Pushed pods(int pods) {
        return new Pushed(pods, PickPolicy.random(), 11);
    }

    Balancer api() {
        return api;
    }

    /** Tells the client that these are the pods now. */
    void publish(List<Endpoint> endpoints) {
        discovery.set(SampleService.service(), SampleService.slice("api-1", endpoints));
        time.run();
    }

    Pushed refuse(int from, int until) {
        for (int i = from; i < until; i++) {
            refusing.add(SampleService.address(i));
        }
        return this;
    }

    /** Requests at an even pace, each of which succeeds, or is refused where nobody listens; counts them by pod. */
    Map<String, Integer> traffic(Duration during, int perSecond) throws NoBackendException {
        Map<String, Integer> picks = new HashMap<>();
        Duration pause = Duration.ofNanos(TimeUnit.SECONDS.toNanos(1) / perSecond);
        for (long i = during.toMillis() * perSecond / 1_000; i > 0; i--) {
            Attempt attempt = api.attempt();
            picks.merge(name(attempt), 1, Integer::sum);
            end(attempt);
            time.advance(pause);
        }
        return picks;
    }

    private void end(Attempt attempt) {
        if (refusing.contains(ip(attempt))) {
            attempt.failed(new ConnectException("Connection refused"));
        } else {
            attempt.connected();
            attempt.succeeded();
        }
    }

    /** Picks without end, until it is {@code pod}. */
    Attempt attemptOn(String pod) throws NoBackendException {
        for (int i = 0; i < 100_000; i++) {
            Attempt attempt = api.attempt();
            if (name(attempt).equals(pod)) {
                return attempt;
            }
            attempt.close();
        }
        throw new AssertionError(pod + " was not picked in 100,000 attempts");
    }

    /** The names of those that are out. */
    List<String> out() {
        return api.eligible().ejected().stream().map(Pushed::name).sorted().toList();
    }

    /** The names of those that are on trial. */
    List<String> onTrial() {
        return api.eligible().ejected().stream()
                .filter(pod -> api.eligible().ejection(pod).orElseThrow().onTrial())
                .map(Pushed::name)
                .sorted()
                .toList();
    }

    static String ip(Attempt attempt) {
        return attempt.address().getAddress().getHostAddress();
    }

    static String name(Attempt attempt) {
        return attempt.backend().map(Pushed::name).orElse("");
    }

    static String name(Backend backend) {
        return backend.podName().orElseThrow();
    }

    @Override
    public void close() {
        onehop.close();
    }
}
