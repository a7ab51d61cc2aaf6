package dev.onehop.examples.quickstart;

import java.util.List;

/**
 * What usually happens to a Service.
 *
 * <p>Pure functions, apart from what they do on the stage.
 */
final class Acts {

    private Acts() {}

    static List<Act> all() {
        return List.of(
                new Act(
                        "1. Scale from 2 to 4",
                        "Two pods start; each is listed as not ready first. Nobody may go there before it is.",
                        Acts::scale),
                new Act(
                        "2. A readiness flap",
                        "A pod fails its readiness probe twice, and goes on listening. It must get no request meanwhile.",
                        Acts::flap),
                new Act(
                        "3. A rolling restart under load",
                        "Each pod is replaced: a new one gets ready, an old one is terminating, serves on for a moment,"
                                + " closes its connections and goes.",
                        Acts::rollingRestart),
                new Act(
                        "4. A pod is killed without notice",
                        "Its listener is gone and its connections are reset, while its EndpointSlice goes on listing it"
                                + " as ready. It dies between two requests, as one in flight on a dying pod is lost for"
                                + " any client. A refused connect goes on to another pod, and two of them end the picking"
                                + " for a second; then it is tried again, in vain, and left alone for longer.",
                        Acts::kill),
                new Act(
                        "5. The API server is down for a while, and back",
                        "The view stays as it was, and the log says so once. A pod dies meanwhile, of which only refused connects can tell."
                                + " Back up, its replacement is listed; the watch has to be opened again for that, after"
                                + " 0.8 to 3.2 s of backoff, which is the longest time below.",
                        Acts::apiServerOutage));
    }

    private static void scale(Stage stage) {
        stage.addPod();
        stage.pause(1);
        stage.addPod();
        stage.pause(3);
    }

    private static void flap(Stage stage) {
        String pod = stage.usablePods().get(0);
        for (int i = 0; i < 2; i++) {
            stage.cluster().setReady(pod, false);
            stage.freshness().awaitSeen();
            stage.pause(2);
            stage.cluster().setReady(pod, true);
            stage.freshness().awaitSeen();
            stage.pause(1);
        }
    }

    private static void rollingRestart(Stage stage) {
        for (String old : stage.usablePods()) {
            stage.addPod();
            stage.deletePod(old);
        }
        stage.pause(1);
    }

    private static void kill(Stage stage) {
        String pod = stage.usablePods().get(0);
        stage.killPod(pod);
        stage.pause(6);
        stage.cluster().remove(pod);
        stage.addPod();
        stage.pause(2);
    }

    private static void apiServerOutage(Stage stage) {
        stage.cluster().stopApiServer();
        stage.pause(2);
        String pod = stage.usablePods().get(0);
        stage.killPod(pod);
        stage.pause(3);
        stage.cluster().remove(pod);
        stage.cluster().startApiServer();
        stage.addPod();
        stage.pause(2);
    }
}
