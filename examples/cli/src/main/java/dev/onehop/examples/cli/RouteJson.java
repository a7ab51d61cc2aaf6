package dev.onehop.examples.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.onehop.route.Destination;
import dev.onehop.route.Excluded;
import dev.onehop.route.Route;
import dev.onehop.route.RoutedEndpoint;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.PortRef;
import java.io.IOException;
import java.io.StringWriter;
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

    private static final JsonFactory JSON =
            new JsonFactoryBuilder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private RouteJson() {}

    static String of(Found found, Route route) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(json, found, route);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        // DEL counts as ASCII; it can only be inside a string.
        return text.toString().replace("\177", "\\u007f");
    }

    private static void write(JsonGenerator json, Found found, Route route) throws IOException {
        Destination destination = route.resolved().destination();
        json.writeStartObject();
        json.writeStringField("service", found.service().toString());
        Integer port = port(route);
        if (port == null) {
            json.writeNullField("port");
        } else {
            json.writeNumberField("port", port);
        }
        json.writeStringField("protocol", destination.protocol().toString());
        AddressFamily family = route.resolved().family() == null
                ? destination.family()
                : route.resolved().family();
        json.writeStringField("family", family == null ? null : family.toString());
        json.writeStringField("verdict", Verdicts.name(route));
        json.writeStringField("reason", route.text());
        json.writeArrayFieldStart("backends");
        List<RoutedEndpoint> picked = Verdicts.backends(route);
        for (RoutedEndpoint backend : picked) {
            write(json, backend, 1.0 / picked.size());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("excluded");
        for (Excluded excluded : route.excluded()) {
            write(json, excluded);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("view");
        json.writeStringField("state", found.state());
        json.writeNumberField("ageMillis", found.ageMillis());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The number as asked, or that of the name; null when the Service has no port of this name. */
    private static @Nullable Integer port(Route route) {
        if (route.resolved().port() != null) {
            return route.resolved().port().port();
        }
        return route.resolved().destination().port() instanceof PortRef.Numbered numbered ? numbered.number() : null;
    }

    private static void write(JsonGenerator json, RoutedEndpoint backend, double probability) throws IOException {
        json.writeStartObject();
        json.writeStringField("address", backend.key().address());
        json.writeStringField("pod", backend.endpoint().podName());
        json.writeStringField("node", backend.endpoint().nodeName());
        json.writeStringField("zone", backend.endpoint().zone());
        json.writeNumberField("probability", probability);
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Excluded excluded) throws IOException {
        json.writeStartObject();
        json.writeStringField("address", Verdicts.address(excluded));
        json.writeStringField("reason", excluded.reason().because());
        json.writeStringField("rule", excluded.rule());
        json.writeEndObject();
    }
}
