package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.faults.Figure;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L-2: an hour without the API server, by a clock that the test pushes; requests are refused by real sockets. */
@Tag("tierb")
class LongOutageTest {

    private static final int SERVICES = 50;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int AWAY_MINUTES = 60;
    private static final int COUNTED_MINUTES = 20;
    private static final int WARM_MINUTES = 5;

    private static final double PER_MINUTE_AND_SERVICE = 2;

    private final Map<ServiceKey, ServiceView> views = new ConcurrentHashMap<>();

    @Test
    void l2_anHourWithoutTheApiServerCostsFewRequestsAndLinesAndNoThread() {
        try (Logged logged = Logged.byAll();
                Rig rig = Rig.start(UnaryOperator.identity(), UnaryOperator.identity())) {
            for (int i = 0; i < SERVICES; i++) {
                follow(rig, new ServiceKey(i % 2 == 0 ? "shop" : "town", "svc-" + i));
            }
            rig.until(() -> live() == SERVICES);
            rig.until(() -> rig.server.openWatches("endpointslices") == SERVICES);

            int linesBefore = logged.lines("WARN").size();
            rig.server.down();
            pass(rig, WARM_MINUTES);
            int more = growthOfThreads(rig);
            List<String> lines = logged.lines("WARN")
                    .subList(linesBefore, logged.lines("WARN").size());
            assertThat(views.values()).allSatisfy(view -> assertThat(view).isInstanceOf(Stale.class));
            assertThat(views.values())
                    .allSatisfy(view -> assertThat(Rig.addresses(view)).hasSize(1));

            rig.server.faults().on(null, null).fail(503);
            rig.server.up();
            pass(rig, 1);
            int before = rig.server.requests().size();
            pass(rig, COUNTED_MINUTES);
            double perMinute = (rig.server.requests().size() - before) / (double) COUNTED_MINUTES / SERVICES;
            rig.server.faults().clear();
            Duration back = rig.push(SECOND, Duration.ofSeconds(40), () -> live() == SERVICES);

            Figure.print(
                    "L-2",
                    "the API server is away for " + AWAY_MINUTES + " min, then answers 503 for " + COUNTED_MINUTES
                            + " min, " + SERVICES + " Services followed (pushed time)",
                    "%.2f requests a minute and Service; %.3f WARN lines a minute and Service; %+d threads; all live %d s"
                            + " after it is back",
                    perMinute,
                    (double) lines.size() / AWAY_MINUTES / SERVICES,
                    more,
                    back.toSeconds());
            assertThat(perMinute).isLessThanOrEqualTo(PER_MINUTE_AND_SERVICE);
            assertThat(lines).hasSizeBetween(1, AWAY_MINUTES * SERVICES);
            assertThat(more).isLessThanOrEqualTo(5);
            assertThat(back).isLessThanOrEqualTo(Duration.ofSeconds(31));
        }
    }

    private void follow(Rig rig, ServiceKey key) {
        ObjectNode service = ApiObjects.apiService();
        ((ObjectNode) service.get("metadata")).put("name", key.name()).put("namespace", key.namespace());
        rig.server.create("services", key.namespace(), service);
        ObjectNode slice = ApiObjects.slice(key.name() + "-a", "10.1.0.1");
        ((ObjectNode) slice.get("metadata")).put("namespace", key.namespace());
        ((ObjectNode) slice.at("/metadata/labels")).put("kubernetes.io/service-name", key.name());
        rig.server.create("endpointslices", key.namespace(), slice);
        rig.discovery.subscribe(key, view -> views.put(key, view));
    }

    /** By how many threads there are more in any minute than in one before: pools that shrink hide no leak. */
    private static int growthOfThreads(Rig rig) {
        int fewest = Integer.MAX_VALUE;
        int growth = 0;
        for (int minute = WARM_MINUTES; minute < AWAY_MINUTES; minute++) {
            int threads = Thread.getAllStackTraces().size();
            fewest = Math.min(fewest, threads);
            growth = Math.max(growth, threads - fewest);
            pass(rig, 1);
        }
        return growth;
    }

    private long live() {
        return views.values().stream().filter(Live.class::isInstance).count();
    }

    /** Second by second; after each, every request that was made has its answer. */
    private static void pass(Rig rig, int minutes) {
        for (int second = 0; second < minutes * 60; second++) {
            rig.time.advance(SECOND);
            rig.untilInThisMoment(() -> rig.discovery.unanswered() == 0);
        }
    }
}
