package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who stays for a moment after the API has stopped listing them, and who does not. */
class KeptEndpointsTest {

    private static final long MILLISECOND = 1_000_000;

    private final KeptEndpoints kept = new KeptEndpoints(KeptEndpoints.EMPTIED);
    private long now = 42;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void c09_aPodThatMovesToAnotherSliceIsNeverAbsent(boolean removedFirst) {
        var random = new Random(9);
        List<TreeSet<String>> slices =
                Stream.generate(TreeSet<String>::new).limit(4).toList();
        for (int pod = 0; pod < 20; pod++) {
            slices.get(pod % 4).add("10.0.0." + pod);
        }
        var all = told(slices);

        for (int move = 0; move < 1_000; move++) {
            TreeSet<String> from = slices.get(random.nextInt(4));
            TreeSet<String> to = slices.get(random.nextInt(4));
            if (from.isEmpty() || from.equals(to)) {
                continue;
            }
            String pod = new ArrayList<>(from).get(random.nextInt(from.size()));
            (removedFirst ? from : to).remove(pod);
            (removedFirst ? from : to).addAll(removedFirst ? List.of() : List.of(pod));
            assertThat(told(slices)).isEqualTo(all);
            now += random.nextInt(250) * MILLISECOND;
            from.remove(pod);
            to.add(pod);
            assertThat(told(slices)).isEqualTo(all);
            assertThat(kept.size()).isZero();
        }
    }

    @Test
    void c09_whoVanishesForGoodGoesAfterAQuarterOfASecond() {
        tell(slice("a", ready("10.0.0.1"), ready("10.0.0.2")));

        assertThat(tell(slice("a", ready("10.0.0.1")))).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(kept.nextNanos()).hasValue(now + Duration.ofMillis(250).toNanos());
        now += 250 * MILLISECOND - 1;
        assertThat(tell(slice("a", ready("10.0.0.1")))).containsExactly("10.0.0.1", "10.0.0.2");
        now += 1;

        assertThat(tell(slice("a", ready("10.0.0.1")))).containsExactly("10.0.0.1");
        assertThat(kept.nextNanos()).isEmpty();
    }

    @Test
    void c09_aSliceThatIsDeletedLeavesItsReadyOnesForTheMoment() {
        tell(slice("a", ready("10.0.0.1")), slice("b", ready("10.0.0.2")));

        assertThat(tell(slice("a", ready("10.0.0.1")))).containsExactly("10.0.0.1", "10.0.0.2");
    }

    @Test
    void c09_whoWasTerminatingOrNotReadyGoesAtOnce() {
        Endpoint terminating = Endpoint.builder("10.0.0.2")
                .conditions(false, true, true)
                .pod("b", "uid-b")
                .build();
        Endpoint readyButTerminating = Endpoint.builder("10.0.0.3")
                .conditions(true, true, true)
                .pod("c", "uid-c")
                .build();
        Endpoint unready = Endpoint.builder("10.0.0.4")
                .conditions(false, false, false)
                .pod("d", "uid-d")
                .build();
        tell(slice("a", ready("10.0.0.1"), terminating, readyButTerminating, unready));

        assertThat(tell(slice("a", ready("10.0.0.1")))).containsExactly("10.0.0.1");
    }

    @Test
    void c09_aNewPodOnTheSameAddressComesAtOnceAndIsAnotherOne() {
        Endpoint successor = Endpoint.builder("10.0.0.1")
                .conditions(true, true, false)
                .pod("next", "uid-next")
                .build();
        tell(slice("a", ready("10.0.0.1")));

        List<EndpointSlice> told = kept.with(List.of(slice("a", successor)), false, now);

        assertThat(told.get(0).endpoints()).first().isEqualTo(successor);
    }

    @Test
    void whatIsKeptStaysOnItsOwnPort() {
        tell(slice("a", ready("10.0.0.1"), ready("10.0.0.2")));
        EndpointSlice renumbered = EndpointSlice.of(
                ApiObjects.API, "a", List.of(new SlicePort("http", Protocol.TCP, 9090)), List.of(ready("10.0.0.1")));

        List<EndpointSlice> told = kept.with(List.of(renumbered), false, now);

        assertThat(told).hasSize(2).contains(renumbered);
        assertThat(told.get(1).ports()).containsExactly(new SlicePort("http", Protocol.TCP, 8080));
        assertThat(told.get(1).endpoints()).containsExactly(ready("10.0.0.2"));
    }

    @Test
    void c12_whatAListEmptiedStaysForFiveSeconds() {
        tell(slice("a", ready("10.0.0.1"), ready("10.0.0.2")));

        assertThat(addresses(kept.with(List.of(), true, now))).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(kept.emptyLists()).isEqualTo(1);
        now += Duration.ofSeconds(5).toNanos() - 1;
        assertThat(addresses(kept.with(List.of(), true, now))).containsExactly("10.0.0.1", "10.0.0.2");
        now += 1;

        assertThat(kept.with(List.of(), false, now)).isEmpty();
        assertThat(kept.emptyLists()).isEqualTo(1);
    }

    @Test
    void c12_whatAListEmptiedStaysForTenMinutesWhereThatIsAskedFor() {
        var keeping = new KeptEndpoints(KeptEndpoints.PROTECTED);
        keeping.with(List.of(slice("a", ready("10.0.0.1"), ready("10.0.0.2"))), true, now);
        keeping.with(List.of(), true, now);

        now += Duration.ofMinutes(10).toNanos() - 1;
        assertThat(addresses(keeping.with(List.of(), true, now))).containsExactly("10.0.0.1", "10.0.0.2");
        now += 1;

        assertThat(keeping.with(List.of(), true, now)).isEmpty();
        assertThat(keeping.emptyLists()).isEqualTo(1);
    }

    @Test
    void s13_whoeversAddressIsAnotherPodsNowGoesAtOnce() {
        Endpoint successor = Endpoint.builder("10.0.0.1")
                .conditions(false, false, false)
                .pod("next", "uid-next")
                .build();
        tell(slice("a", ready("10.0.0.1"), ready("10.0.0.2")));

        List<EndpointSlice> told = kept.with(List.of(slice("a", successor)), false, now);

        assertThat(told.get(0).endpoints()).containsExactly(successor, ready("10.0.0.2"));
    }

    @Test
    void c12_whatTheWatchEmptiedGoesAfterAQuarterOfASecond() {
        tell(slice("a", ready("10.0.0.1")));

        assertThat(tell(slice("a"))).containsExactly("10.0.0.1");
        now += 250 * MILLISECOND;

        assertThat(tell(slice("a"))).isEmpty();
        assertThat(kept.emptyLists()).isZero();
    }

    @Test
    void c12_aListThatIsEmptyWhereAllWereTerminatingIsBelieved() {
        Endpoint terminating = Endpoint.builder("10.0.0.2")
                .conditions(false, true, true)
                .pod("b", "uid-b")
                .build();
        tell(slice("a", terminating));

        assertThat(kept.with(List.of(), true, now)).isEmpty();
        assertThat(kept.emptyLists()).isZero();
    }

    private TreeSet<String> told(List<TreeSet<String>> slices) {
        var next = new ArrayList<EndpointSlice>();
        for (int i = 0; i < slices.size(); i++) {
            next.add(slice(
                    "s" + i,
                    slices.get(i).stream().map(KeptEndpointsTest::ready).toArray(Endpoint[]::new)));
        }
        return addresses(kept.with(next, false, now));
    }

    private TreeSet<String> tell(EndpointSlice... slices) {
        return addresses(kept.with(List.of(slices), false, now));
    }

    private static TreeSet<String> addresses(List<EndpointSlice> slices) {
        var addresses = new TreeSet<String>();
        slices.forEach(
                slice -> slice.endpoints().stream().map(Endpoint::address).forEach(addresses::add));
        return addresses;
    }

    private static EndpointSlice slice(String name, Endpoint... endpoints) {
        return EndpointSlice.of(
                ApiObjects.API, name, List.of(new SlicePort("http", Protocol.TCP, 8080)), List.of(endpoints));
    }

    private static Endpoint ready(String address) {
        return Endpoint.builder(address)
                .conditions(true, true, false)
                .pod("pod-" + address, "uid-" + address)
                .build();
    }
}
