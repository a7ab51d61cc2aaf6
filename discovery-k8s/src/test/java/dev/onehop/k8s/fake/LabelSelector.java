package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which labels an object must have: comma-joined requirements, all of which must hold.
 *
 * <p>Immutable.
 */
final class LabelSelector {
    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern EQUALITY = Pattern.compile("([^\\s!=]+)\\s*(==|=|!=)\\s*(\\S*)");
    private static final Pattern PRESENCE = Pattern.compile("(!?)\\s*([^\\s!=()]+)");

    private LabelSelector() {}

    /** A test of the object's labels; a selector that cannot be read is a 400. */
    static Predicate<JsonNode> parse(String selector) {
        List<Predicate<JsonNode>> all = new ArrayList<>();
        for (String requirement : split(selector)) {
            all.add(requirement(requirement.trim()));
        }
        return object -> {
            JsonNode labels = object.path("metadata").path("labels");
            return all.stream().allMatch(one -> one.test(labels));
        };
    }

    private static Predicate<JsonNode> requirement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            boolean in = set.group(2).equals("in");
            String key = set.group(1);
            Set<String> values =
                    Arrays.stream(set.group(3).split(",")).map(String::trim).collect(Collectors.toSet());
            return labels ->
                    in == (labels.has(key) && values.contains(labels.path(key).asText()));
        }
        Matcher equality = EQUALITY.matcher(text);
        if (equality.matches()) {
            boolean equal = !equality.group(2).equals("!=");
            String key = equality.group(1);
            String value = equality.group(3);
            return labels ->
                    equal == (labels.has(key) && labels.path(key).asText().equals(value));
        }
        Matcher presence = PRESENCE.matcher(text);
        if (presence.matches()) {
            boolean present = presence.group(1).isEmpty();
            return labels -> present == labels.has(presence.group(2));
        }
        throw ApiError.badRequest("unable to parse requirement: " + text);
    }

    /** Splits at the commas that are not inside parentheses. */
    private static List<String> split(String selector) {
        return selector.isBlank() ? List.of() : Arrays.asList(selector.split(",(?![^(]*\\))"));
    }
}
