package dev.onehop.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The cases of {@code src/test/resources/conformance}, file by file.
 *
 * <p>Pure functions.
 */
final class ConformanceCases {

    private static final Path FOLDER = Path.of("src/test/resources/conformance");
    private static final ObjectMapper JSON = new ObjectMapper();

    private ConformanceCases() {}

    static List<ConformanceCase> all() {
        var cases = new ArrayList<ConformanceCase>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().replace(".yaml", "");
                var settings =
                        LoadSettings.builder().setSchema(new CoreSchema()).build();
                JsonNode nodes = JSON.valueToTree(new Load(settings).loadFromString(Files.readString(file)));
                nodes.forEach(node -> cases.add(ConformanceCase.read(name, node)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    /** How many cases each rule has. */
    static Map<String, Integer> countsByRule() {
        var counts = new TreeMap<String, Integer>();
        all().forEach(each -> each.rules().forEach(rule -> counts.merge(rule, 1, Integer::sum)));
        return counts;
    }
}
