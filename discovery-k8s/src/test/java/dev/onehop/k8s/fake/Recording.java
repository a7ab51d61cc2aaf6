package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * What a real API server once said: lists to begin with, then changes in the order they were committed.
 *
 * <p>Recorded watches carry one resource each and race each other; here events between two lists stand in the order of
 * their resourceVersions, which is the order of the commits. Immutable; the nodes are never modified.
 */
public final class Recording {

    /** One line: a list, which replaces a resource's objects, or a watch event. */
    record Line(ApiResource resource, boolean isList, ObjectNode content) {

        long version() {
            return StoredEvent.versionOf(isList ? content : content.path("object"));
        }
    }

    private final List<Line> initial;
    private final List<Line> steps;

    private Recording(List<Line> initial, List<Line> steps) {
        this.initial = List.copyOf(initial);
        this.steps = List.copyOf(steps);
    }

    /** Reads a gzipped file of JSON lines, each with a resource and a list or an event. */
    public static Recording load(Path jsonlGz) {
        try (InputStream in = Files.newInputStream(jsonlGz)) {
            return load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("recording " + jsonlGz.getFileName() + ": " + e.getMessage(), e);
        }
    }

    /** Like {@link #load(Path)}, from a stream the caller closes. */
    public static Recording load(InputStream jsonlGz) {
        List<Line> initial = new ArrayList<>();
        List<Line> steps = new ArrayList<>();
        List<Line> segment = new ArrayList<>();
        try (MappingIterator<ObjectNode> lines = Json.MAPPER
                .readerFor(ObjectNode.class)
                .readValues(new BufferedInputStream(new GZIPInputStream(jsonlGz)))) {
            while (lines.hasNext()) {
                Line line = line(lines.next());
                if (!line.isList()) {
                    segment.add(line);
                } else if (steps.isEmpty() && segment.isEmpty()) {
                    initial.add(line);
                } else {
                    flush(segment, steps);
                    steps.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("recording: " + e.getMessage(), e);
        }
        flush(segment, steps);
        return new Recording(initial, steps);
    }

    /** How many steps follow the initial lists. */
    public int size() {
        return steps.size();
    }

    List<Line> initial() {
        return initial;
    }

    List<Line> steps() {
        return steps;
    }

    private static void flush(List<Line> segment, List<Line> to) {
        segment.sort(Comparator.comparingLong(Line::version));
        to.addAll(segment);
        segment.clear();
    }

    private static Line line(ObjectNode line) {
        ApiResource resource = ApiResource.of(line.path("resource").asText());
        JsonNode list = line.path("list");
        JsonNode content = list.isObject() ? list : line.path("event");
        if (content instanceof ObjectNode object) {
            return new Line(resource, list.isObject(), object);
        }
        throw new IllegalArgumentException("recording line: " + line + " (expected: a list or an event)");
    }
}
