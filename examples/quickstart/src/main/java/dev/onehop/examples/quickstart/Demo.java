package dev.onehop.examples.quickstart;

import dev.onehop.Onehop;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.k8s.KubernetesDiscovery;
import dev.onehop.service.AddressPolicy;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The whole performance: the path of one request, the share of each pod, the explanation, and the acts.
 *
 * <p>Serial: one thread plays it.
 */
final class Demo {

    /** Long, because behind this ClusterIP there is no kernel to fall back on. */
    private static final Duration FIRST_VIEW = Duration.ofSeconds(30);

    private static final Duration PAUSE_BETWEEN_REQUESTS = Duration.ofMillis(12);
    private static final String ADDRESS = SmallCluster.SERVICE + ":" + SmallCluster.SERVICE_PORT;

    private final Settings settings;
    private final Terminal out;
    private final StopSignal stop;
    private final Freshness freshness = new Freshness();

    Demo(Settings settings, Terminal out, StopSignal stop) {
        this.settings = settings;
        this.out = out;
        this.stop = stop;
    }

    /**
     * Plays, and closes everything behind itself.
     *
     * @return 0 when no request failed and the share is even, else 1
     */
    int play() throws IOException, InterruptedException {
        long startNanos = System.nanoTime();
        try (SmallCluster cluster = SmallCluster.start(settings.network(), settings.seed());
                Onehop onehop = onehop(cluster);
                ServiceClient client = ServiceClient.open(onehop, ADDRESS, "/health")) {
            out.heading("One request, hop by hop");
            out.text("  ", settings.network().note());
            out.blank();
            FirstRequest.show(out, client);
            Share share = share(client);
            out.heading("Why this pod, why not that one: balancer.explain()");
            out.asIs(client.balancer().explain().text());

            out.heading("Now its life, under about 400 requests a second");
            out.text(
                    "  ",
                    "Four clients keep their connections, a fifth needs a new one for every request. \"First pick after\""
                            + " is the time from an event, such as the change of an object at the API server, to the"
                            + " first request that chooses from the new set, the wait for that request included. A"
                            + " failover is a connect that failed and went on to another pod, unseen by its caller.");

            settings.beforeActs().accept(cluster);
            long failed = acts(cluster, client);
            boolean good = share.isEven() && share.failed() + failed == 0;
            out.blank();
            out.verdict(
                    good,
                    String.format(
                            Locale.ROOT,
                            "%s in %.0f s: %d requests failed; the share is %s.",
                            good ? "All acts played" : "NOT as it should be",
                            (System.nanoTime() - startNanos) / 1e9,
                            share.failed() + failed,
                            share.isEven() ? "even" : "NOT even"));
            if (settings.keepRunning()) {
                new KeepRunning(cluster, client, out).until(stop);
            }
            return good ? 0 : 1;
        }
    }

    private Share share(ServiceClient client) throws InterruptedException {
        out.heading(String.format(
                Locale.ROOT,
                "The share of each pod: %,d requests, policy %s, seed %d",
                settings.shareRequests(),
                settings.policy(),
                settings.seed()));
        Share share = Share.measure(client, settings.shareRequests(), response -> response.statusCode() == 200);
        share.print(out);
        if (share.failed() > 0) {
            out.text("  ", "first failure: " + share.firstFailure());
        }
        return share;
    }

    /** Returns how many requests failed. */
    private long acts(SmallCluster cluster, ServiceClient client) {
        var failovers = new Failovers();
        var load = new Load(client, freshness, PAUSE_BETWEEN_REQUESTS);
        Runnable unfollow = client.follow(failovers::snapshot);
        try (load) {
            load.start();
            var stage = new Stage(cluster, load, freshness, settings.beat(), stop);
            cluster.beforeChange(this::changes);
            for (Act act : Acts.all()) {
                play(act, stage, failovers);
            }
        } finally {
            unfollow.run();
        }
        return load.failed();
    }

    private void play(Act act, Stage stage, Failovers failovers) {
        out.heading(act.title());
        out.text("   ", act.story());
        Tally tally = stage.load().newTally();
        long failedAttempts = failovers.failedAttempts();
        act.play().on(stage);
        var figures = new Figures(
                tally.requests(),
                tally.failed(),
                tally.answers().size(),
                freshness.take(),
                Math.max(0, failovers.failedAttempts() - failedAttempts - tally.failed()));
        out.verdict(figures.failed() == 0, "   " + figures.line());
        tally.firstFailures().forEach(failure -> out.text("   ", "failed: " + failure));
    }

    private Onehop onehop(SmallCluster cluster) {
        return Onehop.builder()
                .discovery(KubernetesDiscovery.builder()
                        .config(Config.fromKubeconfig(cluster.kubeconfig()))
                        .nodeName(SmallCluster.NODE)
                        .build())
                .namespace(SmallCluster.NAMESPACE)
                .policy(settings.policy())
                .random(new Random(settings.seed()))
                .addressPolicy(AddressPolicy.allowingLoopback())
                .initialWait(FIRST_VIEW)
                .meshDetection(false)
                .build();
    }

    private void changes(Set<String> uids) {
        freshness.event(now -> routed(now).equals(uids));
    }

    private static Set<String> routed(Eligible now) {
        return Stream.of(now.backends(), now.ejected())
                .flatMap(List<Backend>::stream)
                .map(backend -> backend.key().podUid())
                .collect(Collectors.toSet());
    }
}
