package dev.onehop.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.EndpointSlice;
import dev.onehop.testing.SampleService;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} has every meter there is, with its type, tags and values, and no other. */
class MetricsDocTest {

    private static final Path PAGE = Path.of("../docs/metrics.md");
    private static final Set<String> OF_PORT = Set.of("namespace", "service", "port", "protocol", "family");
    private static final Pattern TAG = Pattern.compile("`([a-z_]+)`(?:: ((?:`[A-Za-z0-9_]+`(?:, )?)+))?");
    private static final Pattern VALUE = Pattern.compile("`([A-Za-z0-9_]+)`");

    /** A row: name, type, unit, tags beside those of the port, with the values that are words of ours. */
    private record Row(String type, String unit, Map<String, Set<String>> tags) {}

    @Test
    void thePageAndTheRegistryAgreeInBothDirections() throws IOException {
        assertThat(onThePage()).isEqualTo(registered());
    }

    @Test
    void everyMeterIsDescribedAndSaysWhenToWorry() throws IOException {
        for (List<String> cells : rows()) {
            assertThat(cells).as("%s", cells).hasSize(6).noneMatch(String::isBlank);
        }
    }

    @Test
    void thePageSaysHowManyMetersAPortHas() throws IOException {
        try (var metered = new MeteredOnehop()) {
            metered.fleet(3);

            assertThat(Files.readString(PAGE)).contains(own(metered).size() + " meters for each port");
        }
    }

    @Test
    void everyMeterDescribesItself() {
        try (var metered = everything()) {
            assertThat(own(metered))
                    .isNotEmpty()
                    .allSatisfy(
                            meter -> assertThat(meter.getId().getDescription()).isNotBlank());
        }
    }

    private static Map<String, Row> registered() {
        try (var metered = everything()) {
            return own(metered).stream()
                    .collect(Collectors.groupingBy(meter -> meter.getId().getName(), TreeMap::new, Collectors.toList()))
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, entry -> row(entry.getValue())));
        }
    }

    /** Without the gauges by which this registry shows the buckets of a timer. */
    private static List<Meter> own(MeteredOnehop metered) {
        return metered.registry.getMeters().stream()
                .filter(meter -> meter.getId().syntheticAssociation() == null)
                .toList();
    }

    private static Row row(List<Meter> meters) {
        Map<String, Set<String>> tags = new TreeMap<>();
        for (Meter meter : meters) {
            boolean ofPort = meter.getId().getTag("port") != null;
            for (Tag tag : meter.getId().getTags()) {
                if (!ofPort || !OF_PORT.contains(tag.getKey())) {
                    Set<String> values = tags.computeIfAbsent(tag.getKey(), key -> new TreeSet<>());
                    if (!Set.of("pod", "address").contains(tag.getKey())) {
                        values.add(tag.getValue());
                    }
                }
            }
        }
        Meter.Id id = meters.get(0).getId();
        return new Row(
                id.getType().name().toLowerCase(Locale.ROOT), Objects.requireNonNullElse(id.getBaseUnit(), "-"), tags);
    }

    /** Everything that can be registered: a port, a pod, and a change of a slice of each family. */
    private static MeteredOnehop everything() {
        var metered = new MeteredOnehop(true, builder -> builder);
        metered.fleet(1);
        metered.wall = metered.wall.plusSeconds(2);
        EndpointSlice slice = SampleService.slice("api-1", 0, 1);
        metered.discovery.set(
                SampleService.service(), triggered(metered, slice, "IPv4"), triggered(metered, slice, "IPv6"));
        metered.time.run();
        return metered;
    }

    private static EndpointSlice triggered(MeteredOnehop metered, EndpointSlice of, String family) {
        return new EndpointSlice(
                of.namespace(),
                of.name() + family,
                of.serviceName(),
                false,
                family,
                of.ports(),
                family.equals("IPv4") ? of.endpoints() : List.of(),
                metered.wall.minusSeconds(1));
    }

    private static Map<String, Row> onThePage() throws IOException {
        return rows().stream()
                .collect(Collectors.toMap(
                        cells -> cells.get(0).replace("`", ""),
                        cells -> new Row(cells.get(1), cells.get(2), tags(cells.get(3)))));
    }

    private static Map<String, Set<String>> tags(String cell) {
        Map<String, Set<String>> tags = new TreeMap<>();
        TAG.matcher(cell).results().forEach(tag -> {
            Set<String> values = new TreeSet<>();
            if (tag.group(2) != null) {
                VALUE.matcher(tag.group(2)).results().forEach(value -> values.add(value.group(1)));
            }
            tags.put(tag.group(1), values);
        });
        return tags;
    }

    /** The cells of the meters' rows. */
    private static List<List<String>> rows() throws IOException {
        List<List<String>> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `onehop."))
                .map(line -> Arrays.stream(
                                line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                        .map(String::strip)
                        .toList())
                .toList();
        assertThat(rows).isNotEmpty();
        return rows;
    }
}
