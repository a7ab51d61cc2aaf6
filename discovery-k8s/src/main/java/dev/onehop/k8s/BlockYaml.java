package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The YAML that kubectl prints, in one pass over its lines: block mappings and sequences of plain ASCII, scalars on one
 * line, literal blocks. A general YAML parser takes most of a second on a large dump in a young JVM, and this does not.
 * It reads nothing its own way: at the first thing beyond that subset (comments, flow collections, anchors, tags,
 * escapes, folded lines, mistakes) it gives up, and {@link YamlTrees} reads the text instead.
 *
 * <p>Not thread-safe: one instance reads one text.
 */
final class BlockYaml {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String text;
    private int begin;
    private int at;
    private int end;
    private int column;

    private BlockYaml(String text) {
        this.text = text;
    }

    /** Every document as {@link YamlTrees} would read it; null when that has to be asked. */
    static @Nullable List<JsonNode> documents(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\n') || c > '~') {
                return null;
            }
        }
        try {
            return new BlockYaml(text).documents();
        } catch (UnusualException anythingElse) {
            return null;
        }
    }

    private List<JsonNode> documents() {
        var documents = new ArrayList<JsonNode>();
        line(0);
        if (isMarker()) {
            next();
        }
        while (hasLine()) {
            must(column == 0 && !isMarker());
            documents.add(node(0));
            if (hasLine()) {
                must(isMarker());
                next();
                must(hasLine());
            }
        }
        must(!documents.isEmpty());
        return documents;
    }

    /** The collection that begins here. */
    private JsonNode node(int depth) {
        must(depth < JsonTrees.DEEPEST);
        return isDash() ? sequence(depth) : mapping(depth);
    }

    private ArrayNode sequence(int depth) {
        int own = column;
        ArrayNode sequence = NODES.arrayNode();
        while (hasLine() && column == own && isDash()) {
            must(at + 2 < end && text.charAt(at + 2) != ' ');
            at += 2;
            column += 2;
            if (isDash() || colon() >= 0) {
                must(depth + 1 < JsonTrees.DEEPEST);
                sequence.add(node(depth + 1));
            } else {
                sequence.add(scalar(at));
                next();
            }
            must(!hasLine() || column <= own);
        }
        return sequence;
    }

    private ObjectNode mapping(int depth) {
        int own = column;
        ObjectNode mapping = NODES.objectNode();
        while (hasLine() && column == own && !isMarker()) {
            int colon = colon();
            must(colon >= 0);
            String key = text.substring(at, colon);
            must(!mapping.has(key) && YamlTrees.plain(key).isTextual());
            mapping.set(key, value(colon + 1, own, depth));
            must(!hasLine() || column <= own);
        }
        return mapping;
    }

    /** What stands behind a key's colon; the lines it takes are done with. */
    private JsonNode value(int from, int own, int depth) {
        if (from < end) {
            must(from + 1 < end);
            if (text.charAt(from + 1) == '|') {
                return literal(text.substring(from + 1, end), own);
            }
            JsonNode scalar = scalar(from + 1);
            next();
            return scalar;
        }
        next();
        boolean inside = hasLine() && !isMarker() && (column > own || (column == own && isDash()));
        return inside ? node(depth + 1) : NODES.nullNode();
    }

    private JsonNode literal(String header, int own) {
        must(header.equals("|") || header.equals("|-"));
        int from = end + 1;
        int indent = indent(from);
        must(indent > own);
        var lines = new StringBuilder();
        while (from < text.length() && indent(from) >= indent) {
            int newline = text.indexOf('\n', from);
            must(newline > from + indent);
            lines.append(text, from + indent, newline + 1);
            from = newline + 1;
        }
        must(!lines.isEmpty() && (from == text.length() || text.charAt(from) != '\n'));
        if (header.equals("|-")) {
            lines.setLength(lines.length() - 1);
        }
        line(from);
        return NODES.textNode(lines.toString());
    }

    private JsonNode scalar(int from) {
        char first = text.charAt(from);
        if (first == '"' || first == '\'') {
            must(end - from >= 2 && text.indexOf(first, from + 1) == end - 1);
            String inside = text.substring(from + 1, end - 1);
            must(first == '\'' || inside.indexOf('\\') < 0);
            return NODES.textNode(inside);
        }
        String plain = text.substring(from, end);
        if (plain.equals("[]")) {
            return NODES.arrayNode();
        }
        if (plain.equals("{}")) {
            return NODES.objectNode();
        }
        must(Character.isLetterOrDigit(first) || first == '/' || first == '.');
        must(!plain.contains(": ") && !plain.contains(" #") && !plain.endsWith(":") && !plain.endsWith(" "));
        return YamlTrees.plain(plain);
    }

    /** Where the key that begins here ends, or -1 when none does. */
    private int colon() {
        for (int i = at; i < end; i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return i > at && (i + 1 == end || text.charAt(i + 1) == ' ') ? i : -1;
            }
            boolean ofKey = Character.isLetterOrDigit(c) || (i > at && (c == '-' || c == '.' || c == '/' || c == '_'));
            if (!ofKey) {
                return -1;
            }
        }
        return -1;
    }

    private boolean isDash() {
        return text.charAt(at) == '-' && (at + 1 == end || text.charAt(at + 1) == ' ');
    }

    private boolean isMarker() {
        return column == 0 && at == begin && text.startsWith("---", at);
    }

    private boolean hasLine() {
        return begin < text.length();
    }

    private void next() {
        line(end + 1);
    }

    /** Goes to the first line from there on that is not empty. */
    private void line(int from) {
        begin = from;
        while (begin < text.length() && text.charAt(begin) == '\n') {
            begin++;
        }
        if (!hasLine()) {
            return;
        }
        column = indent(begin);
        at = begin + column;
        int newline = text.indexOf('\n', begin);
        end = newline < 0 ? text.length() : newline;
        must(at < end && text.charAt(at) != '#');
        must(!isMarker() || end == at + 3);
        must(column > 0 || !text.startsWith("...", at));
    }

    private int indent(int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) == ' ') {
            i++;
        }
        return i - from;
    }

    private static void must(boolean usual) {
        if (!usual) {
            throw new UnusualException();
        }
    }

    /** Not an error: the text is more than kubectl's YAML. */
    private static final class UnusualException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private UnusualException() {
            super("", null, false, false);
        }
    }
}
