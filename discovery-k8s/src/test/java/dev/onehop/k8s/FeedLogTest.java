package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration.Present;
import dev.onehop.service.ServiceDeclaration.Unreadable;
import dev.onehop.service.ServiceView;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import dev.onehop.service.ServiceView.Unknown;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people read about one Service's view, and how often. */
class FeedLogTest {

    private static final Present API = new Present(Service.builder("shop", "api-service")
            .clusterIp("10.96.0.1")
            .port("http", 80)
            .build());
    private static final ServiceView LIVE = new Live(API, List.of());

    private final ManualTime time = new ManualTime();
    private final Logged logged = Logged.by(KubernetesDiscovery.class, Level.INFO);
    private final FeedLog log = new FeedLog(ApiObjects.API, time);
    private ServiceView present = new Unknown("no answer yet");

    @AfterEach
    void stop() {
        logged.close();
    }

    @Test
    void aLossAndItsEndAreOneLineEach() {
        become(LIVE, Condition.Kind.LIVE);
        become(stale("cut"), Condition.Kind.DISCONNECTED);
        become(LIVE, Condition.Kind.LIVE);

        assertThat(logged.lines())
                .containsExactly(
                        "INFO shop/api-service: followed; 0 slices",
                        "WARN shop/api-service: contact with the API server is lost, the last view stays: cut",
                        "INFO shop/api-service: contact with the API server is back");
    }

    @Test
    void whatFlapsEverySecondForTenMinutesIsALineAMinute() {
        become(LIVE, Condition.Kind.LIVE);
        for (int i = 0; i < 600; i++) {
            become(stale("cut " + i), Condition.Kind.DISCONNECTED);
            time.advance(Duration.ofMillis(500));
            become(LIVE, Condition.Kind.LIVE);
            time.advance(Duration.ofMillis(500));
        }

        assertThat(logged.lines("WARN")).hasSize(10);
        assertThat(logged.lines("INFO")).hasSizeLessThanOrEqualTo(11);
        assertThat(time.pendingTimers()).isZero();
    }

    @Test
    void whatStillHoldsWhenTheMinuteIsOverIsToldThenWithItsLastWords() {
        become(LIVE, Condition.Kind.LIVE);
        become(stale("first"), Condition.Kind.DISCONNECTED);
        become(LIVE, Condition.Kind.LIVE);
        time.advance(Duration.ofSeconds(10));
        become(stale("second"), Condition.Kind.DISCONNECTED);
        become(stale("third"), Condition.Kind.DISCONNECTED);
        time.advance(Duration.ofSeconds(49));
        assertThat(logged.lines("WARN")).hasSize(1);

        time.advance(Duration.ofSeconds(1));

        assertThat(logged.lines("WARN")).hasSize(2).last().asString().endsWith(": third");
    }

    @Test
    void whatIsOverBeforeTheMinuteIsOverIsNotTold() {
        become(LIVE, Condition.Kind.LIVE);
        become(stale("first"), Condition.Kind.DISCONNECTED);
        become(LIVE, Condition.Kind.LIVE);
        become(stale("second"), Condition.Kind.DISCONNECTED);
        become(LIVE, Condition.Kind.LIVE);

        time.advance(Duration.ofMinutes(10));

        assertThat(logged.lines("WARN")).hasSize(1);
    }

    @Test
    void anotherKindOfTroubleIsToldAtOnce() {
        become(LIVE, Condition.Kind.LIVE);
        become(stale("cut"), Condition.Kind.DISCONNECTED);
        become(stale("endpointslices is forbidden"), Condition.Kind.FORBIDDEN);

        assertThat(logged.lines("WARN")).hasSize(2).last().asString().contains("is forbidden", "kind: Role");
    }

    @Test
    void aServiceThatCannotBeReadIsSaidOnce() {
        var unreadable = new Live(new Unreadable("services is forbidden"), List.of());
        become(unreadable, Condition.Kind.FORBIDDEN);
        for (int i = 0; i < 100; i++) {
            become(new Live(new Unreadable("services is forbidden"), List.of()), Condition.Kind.FORBIDDEN);
            time.advance(Duration.ofMinutes(1));
        }

        assertThat(logged.lines("WARN")).singleElement().asString().contains("only named ports can be routed");
    }

    @Test
    void closingLeavesNoTimer() {
        become(LIVE, Condition.Kind.LIVE);
        become(stale("first"), Condition.Kind.DISCONNECTED);
        become(LIVE, Condition.Kind.LIVE);
        become(stale("second"), Condition.Kind.DISCONNECTED);
        assertThat(time.pendingTimers()).isEqualTo(1);

        log.close();

        assertThat(time.pendingTimers()).isZero();
    }

    private void become(ServiceView next, Condition.Kind trouble) {
        log.changed(present, next, trouble);
        present = next;
    }

    private static Stale stale(String why) {
        return new Stale(API, List.of(), 0, why);
    }
}
