package dev.onehop.examples.quickstart;

import dev.onehop.Onehop;
import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.explain.Explanation;
import dev.onehop.k8s.KubernetesDiscovery;
import dev.onehop.pick.PickPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;

/**
 * The same client against a cluster that is not ours: path, share and explanation, then the changes for a while.
 *
 * <p>Serial: one thread does it all.
 *
 * @param kubeconfig whose current context is used
 * @param service {@code name.namespace:port}
 * @param path what is asked of it
 * @param watch how long to show changes
 */
record RealCluster(
        Path kubeconfig, String service, String path, PickPolicy policy, long seed, int requests, Duration watch) {

    private static final Duration FIRST_VIEW = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(250);

    /**
     * Runs it.
     *
     * @return 0 when no request failed and the share is even, 1 otherwise
     * @throws IllegalArgumentException when a file, a setting or the cluster makes it impossible
     */
    int run(Terminal out, StopSignal stop) throws IOException, InterruptedException {
        if (!Files.isReadable(kubeconfig)) {
            throw new IllegalArgumentException("kubeconfig: " + kubeconfig + " (expected: a file that can be read)");
        }
        try (Onehop onehop = onehop();
                ServiceClient client = ServiceClient.open(onehop, service, path)) {
            Eligible first = client.balancer().ready().toCompletableFuture().join();
            if (!(first.decision() instanceof Decision.Pick)) {
                Explanation explained = client.balancer().explain();
                throw new IllegalArgumentException("service: " + service + ": " + explained.reason()
                        + (explained.view().why().isEmpty()
                                ? ""
                                : " (" + explained.view().why() + ")"));
            }
            out.heading("One request, hop by hop");
            FirstRequest.show(out, client);
            out.heading(String.format(
                    Locale.ROOT, "The share of each pod: %,d requests, policy %s, seed %d", requests, policy, seed));
            Share share = Share.measure(client, requests, response -> true);
            share.print(out);
            out.heading("Why this pod, why not that one: balancer.explain()");
            out.asIs(client.balancer().explain().text());
            long failed = share.failed() + watched(client, out, stop);
            if (!share.firstFailure().isEmpty()) {
                out.text("", "first failure: " + share.firstFailure());
            }
            boolean good = failed == 0 && share.isEven();
            out.blank();
            out.verdict(good, failed + " requests failed; the share is " + (share.isEven() ? "even." : "NOT even."));
            return good ? 0 : 1;
        }
    }

    private Onehop onehop() {
        return Onehop.builder()
                .discovery(KubernetesDiscovery.builder().kubeconfig(kubeconfig).build())
                .policy(policy)
                .random(new Random(seed))
                .initialWait(FIRST_VIEW)
                .build();
    }

    /** Returns how many requests failed meanwhile. */
    private long watched(ServiceClient client, Terminal out, StopSignal stop) throws InterruptedException {
        if (watch.isZero()) {
            return 0;
        }
        out.heading("Changes within " + watch.toSeconds() + " s, at four requests a second");
        var tally = new Tally();
        var changes = new Changes(out);
        long endNanos = System.nanoTime() + watch.toNanos();
        Runnable unfollow = client.follow(changes::snapshot);
        try {
            while (System.nanoTime() - endNanos < 0 && !stop.within(PAUSE)) {
                changes.request(tally, client);
            }
        } finally {
            unfollow.run();
        }
        return tally.failed();
    }
}
