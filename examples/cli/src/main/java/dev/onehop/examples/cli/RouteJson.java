package dev.onehop.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onehop.route.Destination;
import dev.onehop.route.Excluded;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.PortRef;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route as JSON: the schema of {@code docs/cli.md}, which scripts rely on. Plain ASCII, so that no name in it reaches a
 * terminal raw.
 *
 * <p>Pure functions.
 */
final class RouteJson {

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private RouteJson() {}

    static String of(Found found, Route route) {
        Destination destination = route.resolved().destination();
        ObjectNode json = JSON.createObjectNode();
        json.put("service", found.service().toString());
        json.put("port", port(route));
        json.put("protocol", destination.protocol().toString());
        Object family = route.resolved().family() == null
                ? destination.family()
                : route.resolved().family();
        json.put("family", family == null ? null : family.toString());
        json.put("verdict", Verdicts.name(route));
        json.put("reason", route.text());
        ArrayNode backends = json.putArray("backends");
        List<RoutedEndpoint> picked = Verdicts.backends(route);
        picked.forEach(backend -> add(backends.addObject(), backend, 1.0 / picked.size()));
        ArrayNode excluded = json.putArray("excluded");
        route.excluded().forEach(each -> add(excluded.addObject(), each));
        json.putObject("view").put("state", found.state()).put("ageMillis", found.ageMillis());
        return written(json);
    }

    /** The number as asked, or that of the name; null when the Service has no port of this name. */
    private static @Nullable Integer port(Route route) {
        if (route.resolved().port() != null) {
            return route.resolved().port().port();
        }
        return route.resolved().destination().port() instanceof PortRef.Numbered numbered ? numbered.number() : null;
    }

    private static void add(ObjectNode json, RoutedEndpoint backend, double probability) {
        json.put("address", backend.key().address());
        json.put("pod", backend.endpoint().podName());
        json.put("node", backend.endpoint().nodeName());
        json.put("zone", backend.endpoint().zone());
        json.put("probability", probability);
    }

    private static void add(ObjectNode json, Excluded excluded) {
        json.put("address", Verdicts.address(excluded));
        json.put("reason", excluded.reason().because());
        json.put("rule", excluded.rule());
    }

    private static String written(ObjectNode json) {
        try {
            return JSON.writeValueAsString(json)
                    .replace("\177", "\\u007f"); // DEL counts as ASCII; it can only be inside a string
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
