package dev.onehop.examples.quickstart;

import java.time.Duration;
import java.util.Locale;

/**
 * Leaves cluster and client up for a person with kubectl, and shows how the client follows.
 *
 * <p>Serial: one thread waits and sends.
 */
final class KeepRunning {

    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int CONTROLLER_EVERY = 12;

    private final SmallCluster cluster;
    private final ServiceClient client;
    private final Terminal out;

    KeepRunning(SmallCluster cluster, ServiceClient client, Terminal out) {
        this.cluster = cluster;
        this.client = client;
        this.out = out;
    }

    /** Sends four requests a second, and prints a line for each change, until told to stop. */
    void until(StopSignal stop) throws InterruptedException {
        instructions();
        var changes = new Changes(out);
        var tally = new Tally();
        Runnable unfollow = client.follow(changes::snapshot);
        try {
            for (int turn = 1; !stop.within(PAUSE); turn++) {
                changes.request(tally, client);
                if (turn % CONTROLLER_EVERY == 0) {
                    cluster.reconcile();
                }
            }
        } finally {
            unfollow.run();
        }
        out.line(String.format(
                Locale.ROOT, "Stopped after %,d more requests, %d failed.", tally.requests(), tally.failed()));
    }

    private void instructions() {
        String kubectl = "kubectl --server=" + cluster.url();
        String slice = cluster.slices().get(0);
        String patch = " patch endpointslice " + slice + " --type=json -p \\\n    '[{\"op\":\"replace\","
                + "\"path\":\"/endpoints/0/conditions/ready\",\"value\":%s}]'";
        out.heading("Everything stays up until Ctrl-C, with four requests a second. In another terminal:");
        out.line("look at it");
        out.line("  " + kubectl + " get svc,endpointslices");
        out.line("  " + kubectl + " get endpointslices -w");
        out.line("make the first pod not ready, and ready again");
        out.line("  " + kubectl + patch.formatted("false"));
        out.line("  " + kubectl + patch.formatted("true"));
        out.line(
                "delete the slice: kube-proxy would refuse, so does the client; the controller writes it again in 3 s");
        out.line("  " + kubectl + " delete endpointslice " + slice);
        out.line("delete the Service: requests go to DNS and the ClusterIP, of which there is none on this machine");
        out.line("  " + kubectl + " delete service " + SmallCluster.SERVICE);
        out.heading("What the client sees");
    }
}
