package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onehop.k8s.Condition.Kind;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReflectorTest {

    private static final Trouble IO = Trouble.of(Trouble.Kind.UNREACHABLE, "connection refused");
    private static final Trouble GARBLED = Trouble.of(Trouble.Kind.GARBLED, "no JSON");

    private final ManualTime time = new ManualTime();
    private final ScriptedSource source = new ScriptedSource(time);
    private final List<Snapshot<String>> published = new ArrayList<>();
    private final Reflector<String> reflector =
            new Reflector<>(source, time, new Random(1), new Reachability(time, new Random(2)), published::add);

    // list, publish, watch

    @Test
    void listsThenWatchesFromTheVersionOfTheList() {
        reflector.start();

        source.last().answer("100", item("a", "90", "A"), item("b", "95", "B"));

        assertThat(source.calls()).containsExactly("list", "watch 100");
        assertThat(source.last().timeoutSeconds).isBetween(240, 300);
        assertThat(last().objects()).containsExactly("A", "B");
        assertThat(last().condition().kind()).isEqualTo(Kind.LIVE);
    }

    @Test
    void publishesNothingOfAListBeforeItsLastPage() {
        reflector.start();

        source.last().page("100", "token", List.of(item("a", "90", "A")));
        assertThat(published).isEmpty();
        source.last().page("100", "", List.of(item("b", "95", "B")));

        assertThat(source.calls()).containsExactly("list", "list token", "watch 100");
        assertThat(published).hasSize(1);
        assertThat(last().objects()).containsExactly("A", "B");
    }

    @Test
    void appliesEventsAndPublishesABurstOnce() {
        watching();
        int before = published.size();

        source.last().watch.changes(List.of(put("c", "101", "C")), () -> {});
        source.last().watch.changes(List.of(put("a", "102", "A2"), gone("b", "103")), () -> {});
        time.run();

        assertThat(published).hasSize(before + 1);
        assertThat(last().objects()).containsExactly("A2", "C");
    }

    @Test
    void readsOnOnlyAfterWhatArrivedIsDoneWith() {
        watching();
        var seenAtMore = new ArrayList<Long>();

        source.last().watch.changes(List.of(new Change.Useless<>()), () -> seenAtMore.add(useless()));
        assertThat(seenAtMore).isEmpty();
        time.run();

        assertThat(seenAtMore).containsExactly(1L);
    }

    // events: repeated, late, useless

    @Test
    void aRepeatedEventPublishesNothing() {
        watching();
        source.last().tell(put("a", "101", "A2"));
        int before = published.size();

        source.last().tell(put("a", "101", "A2"));

        assertThat(published).hasSize(before);
    }

    @Test
    void anEventOlderThanWhatWasToldDoesNotBringADeletedObjectBack() {
        watching();
        source.last().tell(put("a", "101", "A2"));
        source.last().tell(gone("a", "102"));

        source.last().tell(put("a", "101", "A2"));

        assertThat(last().objects()).containsExactly("B");
    }

    @Test
    void aLateDeletionOfAnEarlierIncarnationLeavesTheNewOne() {
        watching();
        source.last().tell(put(new Item<>("a", "uid-new", "105", "new")));

        source.last().tell(new Change.Gone<>(new Item<>("a", "uid-a", "104", null)));

        assertThat(last().objects()).containsExactly("new", "B");
    }

    @Test
    void anObjectThatBecomesUselessKeepsItsLastUsableValue() {
        watching();

        source.last().tell(put("a", "101", null));

        assertThat(last().objects()).containsExactly("A", "B");
        assertThat(useless()).isEqualTo(1);
    }

    // ends of a watch

    @Test
    void aWatchThatToldSomethingAndEndedIsReopenedFromTheLastVersion() {
        watching();
        source.last().tell(put("a", "101", "A2"), bookmark("150"));
        time.advance(Duration.ofSeconds(5));

        source.last().end();

        assertThat(source.calls()).endsWith("watch 150");
        assertThat(last().condition().kind()).isEqualTo(Kind.LIVE);
    }

    @Test
    void aSilentWatchThatLastedIsReopenedAtOnce() {
        watching();
        time.advance(Duration.ofSeconds(31));

        source.last().end();
        time.run();

        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 100");
    }

    @Test
    void watchesThatTellOneThingAndEndAtOnceAreOneSecondApart() {
        watching();

        for (int i = 0; i < 5; i++) {
            source.last().tell(bookmark("10" + i));
            source.last().end();
            time.advance(Duration.ofSeconds(1));
        }

        assertThat(source.asked).hasSize(2 + 5);
    }

    @Test
    void aServerThatAcceptsAndClosesIsAskedAtMostTenTimesInTheFirstMinute() {
        reflector.start();

        for (int i = 0; i < 600; i++) {
            answerAsAServerThatAcceptsAndCloses();
            time.advance(Duration.ofMillis(100));
        }

        assertThat(source.asked).hasSizeLessThanOrEqualTo(10);
        assertThat(last().objects()).containsExactly("A");
        assertThat(last().condition().kind()).isEqualTo(Kind.DISCONNECTED);
    }

    @Test
    void theSecondWatchClosedAtOnceLeadsToAList() {
        watching();

        source.last().end();
        time.advance(Duration.ofSeconds(2));
        source.last().end();
        time.advance(Duration.ofSeconds(4));

        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 100", "list");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void anIdleWatchThatStandsAfterShortOnesIsLiveWithinSecondsAndCompared(int shortOnes) {
        watching();
        for (int i = 0; i < shortOnes; i++) {
            source.last().open();
            source.last().end();
            awaitNextCall();
            if (source.last().list != null) {
                source.last().answer("100", item("a", "90", "A"), item("b", "95", "B"));
            }
        }
        source.last().open();

        time.advance(Duration.ofSeconds(2));

        assertThat(last().condition()).isEqualTo(Condition.LIVE);
        assertThat(reflector.lastContactNanos()).isEqualTo(time.nanoTime());
        time.advance(Duration.ofMinutes(1));
        assertThat(source.calls()).endsWith("list");
    }

    @Test
    void idleWatchesThatEndInGoodOrderStayLiveAfterAShortOne() {
        watching();
        source.last().open();
        source.last().end();
        time.advance(Duration.ofSeconds(2));

        source.last().open();
        time.advance(Duration.ofSeconds(1));
        long before = time.nanoTime();
        time.advance(Duration.ofMinutes(4));
        source.asked.get(2).end();
        source.last().open();

        assertThat(source.last().what).isEqualTo("watch 100");
        assertThat(last().condition()).isEqualTo(Condition.LIVE);
        assertThat(reflector.lastContactNanos()).isGreaterThan(before);
    }

    @Test
    void idleWatchesThatEndAfterThreeSecondsAreNeverMoreThanTwoSecondsApart() {
        watching();

        for (int i = 0; i < 10; i++) {
            source.last().open();
            time.advance(Duration.ofSeconds(3));
            int calls = source.asked.size();
            source.last().end();
            time.advance(Duration.ofSeconds(2));
            assertThat(source.asked).hasSize(calls + 1);
        }
    }

    @Test
    void aTokenRefusedInsideEveryWatchIsTriedAtOnceOnlyOnce() {
        watching();

        for (int i = 0; i < 5; i++) {
            source.last().open();
            source.last().fail(401);
            time.run();
        }

        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 100");
        assertThat(last().condition().kind()).isEqualTo(Kind.DISCONNECTED);
    }

    // failures

    @ParameterizedTest
    @ValueSource(ints = {410, 400})
    void aUselessVersionLeadsToAListAfterADelay(int status) {
        watching();

        source.last().fail(status);
        assertThat(source.calls()).containsExactly("list", "watch 100");
        time.advance(Duration.ofMillis(1600));

        assertThat(source.calls()).containsExactly("list", "watch 100", "list");
        assertThat(source.last().seconds).isBetween(0.8, 1.6);
        assertThat(last().objects()).containsExactly("A", "B");
    }

    @Test
    void c04_aVersionThatExpiredWhileTheServerWasAwayLeadsToAListAtOnceAndNotAfterAnotherHalfMinute() {
        watching();
        for (int i = 0; i < 8; i++) {
            source.last().fail(IO);
            awaitNextCall();
        }
        double back = source.last().seconds;

        source.last().open();
        source.last().fail(410);
        awaitNextCall();

        assertThat(source.calls()).endsWith("list");
        assertThat(source.last().seconds - back).isBetween(0.8, 1.6);
    }

    @Test
    void aServerForWhichEveryVersionHasExpiredIsAskedLessAndLess() {
        watching();
        for (int i = 0; i < 6; i++) {
            source.last().open();
            source.last().fail(410);
            awaitNextCall();
            source.last().answer("100", item("a", "90", "A"));
        }

        assertThat(source.last().seconds).isGreaterThan(0.8 + 1.6 + 3.2 + 6.4 + 12.8 + 15);
    }

    @Test
    void aVersionTooLargeLeadsToAList() {
        watching();

        source.last().fail(Trouble.ofStatus(504, "Timeout: Too large resource version: 9", Duration.ZERO));
        time.advance(Duration.ofSeconds(2));

        assertThat(source.calls()).endsWith("list");
    }

    @Test
    void aBrokenConnectionLeadsToAWatchFromTheLastVersion() {
        watching();
        source.last().tell(put("a", "101", "A2"));

        source.last().fail(IO);
        time.advance(Duration.ofSeconds(2));

        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 101");
        assertThat(last().objects()).containsExactly("A2", "B");
    }

    @Test
    void garbageInAWatchLeadsToAList() {
        watching();

        source.last().fail(GARBLED);
        time.advance(Duration.ofSeconds(2));

        assertThat(source.calls()).endsWith("list");
    }

    @Test
    void objectsStayAndTheConditionSaysWhyWhileTheServerIsAway() {
        watching();

        source.last().fail(IO);

        assertThat(last().objects()).containsExactly("A", "B");
        assertThat(last().condition()).isEqualTo(new Condition(Kind.DISCONNECTED, "connection refused"));
    }

    @Test
    void anAcceptedWatchIsContactAgain() {
        watching();
        source.last().fail(IO);
        time.advance(Duration.ofSeconds(2));

        source.last().open();

        assertThat(last().condition().kind()).isEqualTo(Kind.LIVE);
        assertThat(reflector.lastContactNanos()).isEqualTo(time.nanoTime());
    }

    @Test
    void delaysDoubleFromLessThanTwoSecondsToAtMostThirty() {
        reflector.start();

        for (int i = 0; i < 12; i++) {
            source.last().fail(IO);
            time.advance(Duration.ofSeconds(30));
        }

        var gaps = new ArrayList<Double>();
        for (int i = 1; i < source.asked.size(); i++) {
            // Each failure was told 30 s after the previous one, so the time of the call itself is the delay.
            gaps.add(source.asked.get(i).seconds - 30 * (i - 1));
        }
        assertThat(gaps.get(0)).isBetween(0.8, 1.6);
        assertThat(gaps.get(1)).isBetween(1.6, 3.2);
        assertThat(gaps.get(2)).isBetween(3.2, 6.4);
        assertThat(gaps.subList(5, 12)).allSatisfy(gap -> assertThat(gap).isBetween(15.0, 30.0));
        assertThat(gaps.subList(5, 12)).doesNotHaveDuplicates();
    }

    @Test
    void twoHealthyMinutesForgetEarlierFailures() {
        reflector.start();
        for (int i = 0; i < 6; i++) {
            source.last().fail(IO);
            time.advance(Duration.ofSeconds(30));
        }
        source.last().answer("100", item("a", "90", "A"));
        var watch = source.last();
        watch.open();
        watch.tell(bookmark("101"));
        time.advance(Duration.ofSeconds(80));
        watch.tell(bookmark("102"));
        time.advance(Duration.ofSeconds(41));

        watch.fail(IO);
        time.advance(Duration.ofMillis(1600));

        assertThat(source.calls()).endsWith("watch 102");
    }

    @Test
    void a401IsTriedAgainOnceAtOnceAndThenLater() {
        watching();

        source.last().fail(401);
        time.run();
        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 100");
        source.last().fail(401);
        time.run();
        assertThat(source.asked).hasSize(3);
        time.advance(Duration.ofMillis(1600));

        assertThat(source.asked).hasSize(4);
    }

    @Test
    void aMissingRoleIsNamedAndAskedAgainWithinAMinute() {
        reflector.start();

        for (int i = 0; i < 10; i++) {
            source.last().fail(403);
            time.advance(Duration.ofSeconds(60));
        }

        assertThat(last().condition().kind()).isEqualTo(Kind.FORBIDDEN);
        assertThat(last().complete()).isFalse();
        assertThat(source.asked).hasSize(11);
        assertThat(source.last().seconds - 540).isBetween(30.0, 60.0);
    }

    @Test
    void aServerWithoutTheResourceIsUnsupported() {
        reflector.start();

        source.last().fail(404);

        assertThat(last().condition().kind()).isEqualTo(Kind.UNSUPPORTED);
    }

    @Test
    void whereOnlyWatchIsForbiddenListsKeepTheObjectsFresh() {
        reflector.start();
        source.last().answer("100", item("a", "90", "A"));
        source.last().fail(403);
        time.advance(Duration.ofSeconds(60));

        source.last().answer("200", item("a", "190", "A2"));

        assertThat(last().objects()).containsExactly("A2");
        assertThat(last().condition().kind()).isEqualTo(Kind.FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void retryAfterIsHonoured(int status) {
        watching();

        source.last().fail(Trouble.ofStatus(status, "", Duration.ofSeconds(20)));
        time.advance(Duration.ofMillis(19_999));
        assertThat(source.asked).hasSize(2);
        time.advance(Duration.ofMillis(1));

        assertThat(source.asked).hasSize(3);
    }

    @Test
    void anAbsurdRetryAfterIsFiveMinutes() {
        watching();

        source.last().fail(Trouble.ofStatus(503, "", Duration.ofDays(365)));
        time.advance(Duration.ofMinutes(5));

        assertThat(source.asked).hasSize(3);
    }

    // silence

    @Test
    void aWatchIsCutAfterNinetySilentSecondsOnceBookmarksWereSeen() {
        watching();
        source.last().open();
        source.last().tell(bookmark("101"));
        var silent = source.last();

        time.advance(Duration.ofMillis(89_999));
        assertThat(silent.cancelled).isFalse();
        time.advance(Duration.ofMillis(1));

        assertThat(silent.cancelled).isTrue();
        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 101");
        assertThat(last().condition().kind()).isEqualTo(Kind.DISCONNECTED);
    }

    @Test
    void withoutBookmarksAWatchIsCutHalfAMinuteAfterItsTime() {
        watching();
        source.last().open();
        var silent = source.last();
        time.advance(Duration.ofSeconds(silent.timeoutSeconds + 29L));
        assertThat(silent.cancelled).isFalse();

        time.advance(Duration.ofSeconds(1));

        assertThat(silent.cancelled).isTrue();
    }

    @Test
    void bytesThatAreNoWholeLineKeepAWatchOpen() {
        watching();
        var watch = source.last();
        watch.tell(bookmark("101"));
        for (int i = 0; i < 10; i++) {
            time.advance(Duration.ofSeconds(80));
            watch.tell();
        }

        assertThat(watch.cancelled).isFalse();
    }

    @Test
    void aListThatStopsHalfwayIsCutAfterAMinute() {
        reflector.start();
        var stuck = source.last();
        stuck.list.bytes();
        time.advance(Duration.ofSeconds(60));

        assertThat(stuck.cancelled).isTrue();
        time.advance(Duration.ofSeconds(2));
        assertThat(source.calls()).containsExactly("list", "list");
    }

    @Test
    void whatACutWatchStillSaysIsIgnored() {
        watching();
        var cut = source.last();
        cut.fail(IO);
        time.advance(Duration.ofSeconds(2));

        cut.tell(put("z", "999", "Z"));
        cut.fail(410);

        assertThat(last().objects()).containsExactly("A", "B");
        assertThat(source.calls()).containsExactly("list", "watch 100", "watch 100");
    }

    // anti-entropy

    @Test
    void aComparisonThatAgreesChangesNothing() {
        watching();
        source.last().open();

        compareWith("100", item("a", "90", "A"), item("b", "95", "B"));
        time.advance(Duration.ofSeconds(5));

        assertThat(source.asked).hasSize(3);
        assertThat(divergences()).isZero();
    }

    @Test
    void aWatchThatLostAnEventIsFoundByComparison() {
        watching();
        source.last().open();

        compareWith("140", item("a", "130", "A2"), item("b", "95", "B"));
        time.advance(Duration.ofSeconds(2));
        assertThat(source.last().what).isEqualTo("list");
        source.last().answer("141", item("a", "130", "A2"), item("b", "95", "B"));

        assertThat(divergences()).isEqualTo(1);
        assertThat(last().objects()).containsExactly("A2", "B");
        assertThat(source.calls()).endsWith("watch 141");
    }

    @Test
    void anEventThatWasOnItsWayIsNoDivergence() {
        watching();
        source.last().open();
        var watch = source.last();

        compareWith("140", item("a", "130", "A2"), item("b", "95", "B"));
        watch.tell(put("a", "130", "A2"));
        time.advance(Duration.ofSeconds(5));

        assertThat(divergences()).isZero();
        assertThat(watch.cancelled).isFalse();
    }

    @Test
    void aListThatTheWatchHasOvertakenIsNoDivergence() {
        watching();
        source.last().open();
        var watch = source.last();
        keepAlive(watch, Duration.ofMinutes(13));
        var comparison = source.last();
        watch.tell(put("c", "150", "C"));

        comparison.answer("140", item("a", "90", "A"), item("b", "95", "B"));
        time.advance(Duration.ofSeconds(5));

        assertThat(divergences()).isZero();
        assertThat(watch.cancelled).isFalse();
        assertThat(source.last()).isSameAs(comparison);
    }

    @Test
    void aVersionThatWentBackMeansEtcdWasRestoredAndEverythingStartsOver() {
        watching();
        source.last().open();

        compareWith("40", item("a", "30", "old A"));
        assertThat(source.last().what).isEqualTo("list");
        source.last().answer("41", item("a", "30", "old A"));

        assertThat(divergences()).isEqualTo(1);
        assertThat(last().objects()).containsExactly("old A");
        assertThat(source.calls()).endsWith("watch 41");
    }

    @Test
    void theFirstComparisonAfterAnInterruptionComesWithinAMinute() {
        watching();
        source.last().fail(IO);
        time.advance(Duration.ofSeconds(2));
        source.last().open();
        source.last().tell(bookmark("101"));

        time.advance(Duration.ofSeconds(60));

        assertThat(source.calls()).endsWith("list");
    }

    @Test
    void aComparisonThatFailsLeavesTheWatchAlone() {
        watching();
        source.last().open();
        var watch = source.last();
        keepAlive(watch, Duration.ofMinutes(13));

        source.last().fail(IO);
        time.advance(Duration.ofSeconds(30));

        assertThat(watch.cancelled).isFalse();
        assertThat(last().condition().kind()).isEqualTo(Kind.LIVE);
    }

    // from outside

    @Test
    void resyncListsAtOnceWhateverWasUnderWay() {
        watching();
        var watch = source.last();

        reflector.resync();

        assertThat(watch.cancelled).isTrue();
        assertThat(source.calls()).endsWith("list");
    }

    @Test
    void closeLeavesNoTimerAndPublishesNothing() {
        watching();
        source.last().open();
        var watch = source.last();
        int before = published.size();

        reflector.close();
        watch.tell(put("a", "101", "A2"));
        time.advance(Duration.ofHours(1));

        assertThat(watch.cancelled).isTrue();
        assertThat(time.pendingTimers()).isZero();
        assertThat(published).hasSize(before);
        assertThat(source.asked).hasSize(2);
    }

    @Test
    void withoutTheServerOneRequestGoesOutPerTwentyTwoSecondsOrSo() {
        watching();

        for (int i = 0; i < 36_000; i++) {
            var call = source.last();
            if (!call.cancelled) {
                call.fail(IO);
            }
            time.advance(Duration.ofMillis(100));
        }

        assertThat(source.asked.size() / 60.0).isCloseTo(2.7, within(0.5));
        assertThat(time.pendingTimers()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 300})
    void c18_aThousandClientsOfAServerThatWasAwayComeBackSpreadOut(int secondsAway) {
        var sources = new ArrayList<ScriptedSource>();
        for (int client = 0; client < 1_000; client++) {
            var each = new ScriptedSource(time);
            sources.add(each);
            var random = new Random(client);
            new Reflector<>(each, time, random, new Reachability(time, random), snapshot -> {}).start();
        }
        sources.forEach(each -> each.last().answer("100", item("a", "90", "A")));
        for (int tick = 0; tick < secondsAway * 10; tick++) {
            sources.stream()
                    .filter(each -> !each.last().cancelled)
                    .forEach(each -> each.last().fail(IO));
            time.advance(Duration.ofMillis(100));
        }
        sources.stream()
                .filter(each -> !each.last().cancelled)
                .forEach(each -> each.last().fail(IO));
        long back = time.nanoTime();
        var calls = sources.stream().map(each -> each.asked.size()).toList();
        var arrived = new int[32];
        var seen = new boolean[sources.size()];
        for (int tick = 0; tick < 310; tick++) {
            time.advance(Duration.ofMillis(100));
            for (int client = 0; client < sources.size(); client++) {
                if (!seen[client] && sources.get(client).asked.size() > calls.get(client)) {
                    seen[client] = true;
                    arrived[(int) ((time.nanoTime() - back - 1) / 1_000_000_000L)]++;
                }
            }
        }

        assertThat(IntStream.of(arrived).sum()).isEqualTo(1_000);
        assertThat(IntStream.of(arrived).max().orElseThrow())
                .as("most in one second, of %s", IntStream.of(arrived).boxed().toList())
                .isLessThanOrEqualTo(100);
    }

    private void watching() {
        reflector.start();
        source.last().answer("100", item("a", "90", "A"), item("b", "95", "B"));
    }

    private void awaitNextCall() {
        int calls = source.asked.size();
        for (int i = 0; i < 310 && source.asked.size() == calls; i++) {
            time.advance(Duration.ofMillis(100));
        }
        assertThat(source.asked).hasSize(calls + 1);
    }

    private void answerAsAServerThatAcceptsAndCloses() {
        var call = source.last();
        if (call.cancelled) {
            return;
        }
        if (call.list != null) {
            call.answer("100", item("a", "90", "A"));
        } else {
            call.open();
            call.end();
        }
    }

    /** Waits for the next comparison, with a watch that stays in touch, and answers it. */
    @SafeVarargs
    private void compareWith(String version, Item<String>... items) {
        keepAlive(source.last(), Duration.ofMinutes(13));
        source.last().answer(version, items);
    }

    private void keepAlive(ScriptedSource.Asked watch, Duration atMost) {
        int calls = source.asked.size();
        for (int i = 0; i < atMost.toSeconds() && source.asked.size() == calls; i++) {
            watch.tell();
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(source.asked).hasSize(calls + 1);
    }

    private Snapshot<String> last() {
        return published.get(published.size() - 1);
    }

    private long useless() {
        return reflector.status("things").skippedObjects();
    }

    private long divergences() {
        return reflector.status("things").divergences();
    }

    private static Item<String> item(String name, String version, String value) {
        return new Item<>(name, "uid-" + name, version, value);
    }

    private static Change<String> put(String name, String version, String value) {
        return put(item(name, version, value));
    }

    private static Change<String> put(Item<String> item) {
        return new Change.Put<>(item);
    }

    private static Change<String> gone(String name, String version) {
        return new Change.Gone<>(new Item<>(name, "uid-" + name, version, null));
    }

    private static Change<String> bookmark(String version) {
        return new Change.Bookmark<>(version);
    }
}
