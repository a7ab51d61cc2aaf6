package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which fields an object must have: {@code path=value} and {@code path!=value}, comma-joined.
 *
 * <p>More paths are accepted than the real server indexes. Immutable.
 */
final class FieldSelector {
    private static final Pattern TERM = Pattern.compile("([\\w.]+)(==|=|!=)(.*)");

    private FieldSelector() {}

    /** A test of the object's fields; a selector that cannot be read is a 400. */
    static Predicate<JsonNode> parse(String selector) {
        List<Predicate<JsonNode>> all = new ArrayList<>();
        for (String term : selector.isBlank() ? new String[0] : selector.split(",")) {
            Matcher matcher = TERM.matcher(term.trim());
            if (!matcher.matches()) {
                throw ApiError.badRequest("invalid field selector: " + term);
            }
            String pointer = "/" + matcher.group(1).replace('.', '/');
            boolean equal = !matcher.group(2).equals("!=");
            String value = matcher.group(3);
            all.add(object -> equal == object.at(pointer).asText("").equals(value));
        }
        return object -> all.stream().allMatch(one -> one.test(object));
    }
}
