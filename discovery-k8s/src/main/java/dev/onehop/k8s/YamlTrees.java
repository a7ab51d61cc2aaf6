package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * YAML 1.2 (core schema) as trees of JSON. Built from the parser's events, which takes half the time of loading maps and
 * turning those into trees. There are no tags but the core schema's own, no key twice, at most {@value #MOST_ALIASES}
 * aliases of collections in a document, which share what they name, and no nesting beyond {@link JsonTrees#DEEPEST}
 * (S-21).
 *
 * <p>Not thread-safe: one instance reads one text.
 */
final class YamlTrees {

    private static final int LONGEST = 64 * 1024 * 1024;
    private static final int MOST_ALIASES = 50;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ScalarResolver SCALARS = new CoreSchema().getScalarResolver();

    private final List<JsonNode> documents = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int aliases;

    private YamlTrees() {}

    /**
     * Every document; an empty one is a null.
     *
     * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException when it is no YAML, or more than we take
     */
    static List<JsonNode> documents(String source, String text) {
        var settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setCodePointLimit(LONGEST)
                .setLabel(source)
                .build();
        var trees = new YamlTrees();
        var events = new ParserImpl(settings, new StreamReader(settings, text));
        while (events.hasNext()) {
            trees.read(events.next());
        }
        return trees.documents;
    }

    private void read(Event event) {
        if (event instanceof ScalarEvent scalar) {
            JsonNode value = scalar(scalar);
            remember(scalar.getAnchor(), value, 0);
            add(value, 0, event);
        } else if (event instanceof MappingStartEvent mapping) {
            begin(mapping, Tag.MAP, NODES.objectNode());
        } else if (event instanceof SequenceStartEvent sequence) {
            begin(sequence, Tag.SEQ, NODES.arrayNode());
        } else if (event instanceof MappingEndEvent || event instanceof SequenceEndEvent) {
            Open ended = open.pop();
            remember(ended.anchor, ended.node, ended.height);
            add(ended.node, ended.height, event);
        } else if (event instanceof AliasEvent alias) {
            follow(alias);
        } else if (event instanceof DocumentStartEvent) {
            anchors.clear();
            aliases = 0;
        }
    }

    private void begin(CollectionStartEvent event, Tag tag, JsonNode node) {
        Optional<String> said = event.getTag();
        if (said.isPresent() && !said.get().equals("!") && !said.get().equals(tag.getValue())) {
            throw error("the tag " + said.get(), event);
        }
        event.getAnchor().ifPresent(anchors::remove);
        open.push(new Open(node, event.getAnchor()));
        checkDepth(0, event);
    }

    private void follow(AliasEvent alias) {
        Anchored anchored = anchors.get(alias.getAlias());
        if (anchored == null) {
            throw error("the alias *" + alias.getAlias() + ", which names nothing before it", alias);
        }
        if (anchored.node.isContainerNode() && ++aliases > MOST_ALIASES) {
            throw error("more than " + MOST_ALIASES + " aliases of collections", alias);
        }
        checkDepth(anchored.height, alias);
        add(anchored.node, anchored.height, alias);
    }

    private void remember(Optional<Anchor> anchor, JsonNode node, int height) {
        anchor.ifPresent(name -> anchors.put(name, new Anchored(node, height)));
    }

    /** Puts a finished node where it belongs: into the collection that is open, or among the documents. */
    private void add(JsonNode node, int height, Event event) {
        Open parent = open.peek();
        if (parent == null) {
            documents.add(node);
            return;
        }
        parent.height = Math.max(parent.height, height + 1);
        if (parent.node instanceof ArrayNode array) {
            array.add(node);
        } else if (parent.key != null) {
            ((ObjectNode) parent.node).set(parent.key, node);
            parent.key = null;
        } else if (node.isContainerNode()) {
            throw error("a key that is no text", event);
        } else if (parent.node.has(node.asText())) {
            throw error("the key " + node.asText() + " twice", event);
        } else {
            parent.key = node.asText();
        }
    }

    private void checkDepth(int height, Event event) {
        if (open.size() + height > JsonTrees.DEEPEST) {
            throw error("nested deeper than " + JsonTrees.DEEPEST, event);
        }
    }

    /** A plain scalar without a tag, as the core schema reads it. */
    static JsonNode plain(String text) {
        return value(SCALARS.resolve(text, true), text);
    }

    private static JsonNode scalar(ScalarEvent event) {
        String text = event.getValue();
        String said = event.getTag().orElse("!");
        if (said.equals(Tag.STR.getValue())) {
            return NODES.textNode(text);
        }
        boolean untagged = said.equals("!");
        Tag tag = SCALARS.resolve(text, !untagged || event.getImplicit().canOmitTagInPlainScalar());
        if (!untagged && !said.equals(tag.getValue())) {
            throw error("the tag " + said, event);
        }
        return value(tag, text);
    }

    private static JsonNode value(Tag tag, String text) {
        if (tag.equals(Tag.BOOL)) {
            return NODES.booleanNode(text.charAt(0) == 't' || text.charAt(0) == 'T');
        }
        if (tag.equals(Tag.INT)) {
            return integer(text);
        }
        return tag.equals(Tag.NULL) ? NODES.nullNode() : NODES.textNode(text);
    }

    /** {@code 80}, {@code 0x50}, {@code 0o120}; what no API field can hold stays text. */
    private static JsonNode integer(String text) {
        BigInteger number = text.startsWith("0x")
                ? new BigInteger(text.substring(2), 16)
                : text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
        if (number.bitLength() < Integer.SIZE) {
            return NODES.numberNode(number.intValue());
        }
        return number.bitLength() < Long.SIZE ? NODES.numberNode(number.longValue()) : NODES.textNode(text);
    }

    private static ParserException error(String problem, Event event) {
        return new ParserException(problem, event.getStartMark());
    }

    /** A collection that has begun and not ended. */
    private static final class Open {
        private final JsonNode node;
        private final Optional<Anchor> anchor;
        private @Nullable String key;
        private int height;

        private Open(JsonNode node, Optional<Anchor> anchor) {
            this.node = node;
            this.anchor = anchor;
        }
    }

    /**
     * What an alias may name: finished, so that nothing can contain itself.
     *
     * @param height how many levels of collections are below it
     */
    private record Anchored(JsonNode node, int height) {}
}
