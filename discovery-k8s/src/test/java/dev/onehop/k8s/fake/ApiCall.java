package dev.onehop.k8s.fake;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request means: a verb on a resource, read from its method, path and query.
 *
 * <p>The namespace is null for cluster-scoped resources and for all namespaces at once; the name is null for
 * collections. Immutable.
 */
record ApiCall(
        Verb verb,
        ApiResource resource,
        @Nullable String namespace,
        @Nullable String name,
        Map<String, String> query) {

    /** The call a request makes, or null when its path is not that of a resource we serve. */
    static @Nullable ApiCall of(HttpRequest request) {
        List<String> path = Arrays.stream(request.path().split("/"))
                .filter(part -> !part.isEmpty())
                .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
        if (path.size() >= 3 && path.get(0).equals("api") && path.get(1).equals("v1")) {
            return within("", path.subList(2, path.size()), request);
        }
        if (path.size() >= 4 && path.get(0).equals("apis") && path.get(2).equals("v1")) {
            return within(path.get(1), path.subList(3, path.size()), request);
        }
        return null;
    }

    /** The parameter's value, or an empty string when it was not given. */
    String param(String name) {
        return query.getOrDefault(name, "");
    }

    /** The parameter as a number, or 0 when it was not given; anything else is a 400. */
    long number(String name) {
        String text = param(name);
        try {
            return text.isEmpty() ? 0 : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw ApiError.badRequest("%s: Invalid value: \"%s\": strconv.ParseUint: parsing \"%s\": invalid syntax"
                    .formatted(name, text, text));
        }
    }

    boolean flag(String name) {
        return param(name).equals("true") || param(name).equals("1");
    }

    private static @Nullable ApiCall within(String group, List<String> path, HttpRequest request) {
        boolean inNamespace = path.size() >= 3
                && path.get(0).equals("namespaces")
                && !path.get(2).equals("status");
        List<String> rest = inNamespace ? path.subList(2, path.size()) : path;
        ApiResource resource = ApiResource.find(group, rest.get(0));
        boolean known = rest.size() <= 2 || (rest.size() == 3 && rest.get(2).equals("status"));
        if (resource == null || !known || (inNamespace && !resource.namespaced)) {
            return null;
        }
        String name = rest.size() > 1 ? rest.get(1) : null;
        Map<String, String> query = query(request.rawQuery());
        String namespace = inNamespace ? path.get(1) : null;
        return new ApiCall(verb(request.method(), name != null, query), resource, namespace, name, query);
    }

    private static Verb verb(String method, boolean named, Map<String, String> query) {
        return switch (method) {
            case "GET", "HEAD" -> {
                String watch = query.getOrDefault("watch", "");
                yield watch.equals("true") || watch.equals("1") ? Verb.WATCH : named ? Verb.GET : Verb.LIST;
            }
            case "POST" -> Verb.CREATE;
            case "PUT" -> Verb.UPDATE;
            case "PATCH" -> Verb.PATCH;
            case "DELETE" -> named ? Verb.DELETE : Verb.DELETECOLLECTION;
            default -> Verb.DOCUMENT;
        };
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        for (String pair : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            query.put(decoded(name), decoded(value));
        }
        return Map.copyOf(query);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
