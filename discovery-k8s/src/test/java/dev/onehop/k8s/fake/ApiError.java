package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure the API answers with a {@code Status} object, worded as the real server words it.
 *
 * <p>Immutable.
 */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;
    private final transient @Nullable ObjectNode details;

    private ApiError(int code, String reason, String message, @Nullable ObjectNode details) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    static ApiError badRequest(String message) {
        return new ApiError(400, "BadRequest", message, null);
    }

    static ApiError unauthorized() {
        return new ApiError(401, "Unauthorized", "Unauthorized", null);
    }

    static ApiError forbidden(ApiCall call, String user) {
        String subject = call.resource().qualified() + (call.name() == null ? "" : " \"" + call.name() + "\"");
        String scope =
                call.namespace() == null ? "at the cluster scope" : "in the namespace \"" + call.namespace() + "\"";
        String message = "%s is forbidden: User \"%s\" cannot %s resource \"%s\" in API group \"%s\" %s"
                .formatted(subject, user, call.verb().rbac(), call.resource().plural, call.resource().group, scope);
        return new ApiError(403, "Forbidden", message, details(call.resource(), call.name()));
    }

    static ApiError notFound(ApiResource resource, String name) {
        String message = "%s \"%s\" not found".formatted(resource.qualified(), name);
        return new ApiError(404, "NotFound", message, details(resource, name));
    }

    static ApiError methodNotAllowed() {
        String message = "the server does not allow this method on the requested resource";
        return new ApiError(405, "MethodNotAllowed", message, Json.object());
    }

    static ApiError alreadyExists(ApiResource resource, String name) {
        String message = "%s \"%s\" already exists".formatted(resource.qualified(), name);
        return new ApiError(409, "AlreadyExists", message, details(resource, name));
    }

    static ApiError conflict(ApiResource resource, String name) {
        String message = ("Operation cannot be fulfilled on %s \"%s\": the object has been modified; "
                        + "please apply your changes to the latest version and try again")
                .formatted(resource.qualified(), name);
        return new ApiError(409, "Conflict", message, details(resource, name));
    }

    static ApiError gone(long asked, long oldest) {
        return new ApiError(410, "Expired", "too old resource version: %d (%d)".formatted(asked, oldest), null);
    }

    static ApiError continueExpired() {
        String message =
                "The provided continue parameter is too old to display a consistent list result. You can start "
                        + "a new list without the continue parameter.";
        return new ApiError(410, "Expired", message, null);
    }

    static ApiError unsupportedMediaType() {
        String message = "the body of the request was in an unknown format";
        return new ApiError(415, "UnsupportedMediaType", message, null);
    }

    static ApiError invalid(String message) {
        return new ApiError(422, "Invalid", message, null);
    }

    static ApiError tooLargeVersion(long asked, long current) {
        ObjectNode details = Json.object();
        details.putArray("causes")
                .addObject()
                .put("reason", "ResourceVersionTooLarge")
                .put("message", "Too large resource version");
        details.put("retryAfterSeconds", 1);
        String message = "Timeout: Too large resource version: %d, current: %d".formatted(asked, current);
        return new ApiError(504, "Timeout", message, details);
    }

    /** The error a test asked for by number alone, about the call's resource when it is about one. */
    static ApiError ofCode(int code, @Nullable ApiCall call, String user) {
        if (code == 403 && call != null) {
            return forbidden(call, user);
        }
        if (code == 409 && call != null) {
            return conflict(call.resource(), call.name() == null ? "" : call.name());
        }
        return switch (code) {
            case 400 -> badRequest("the server rejected our request for an unknown reason");
            case 401 -> unauthorized();
            case 404 -> generic(code, "NotFound", "the server could not find the requested resource");
            case 410 -> new ApiError(code, "Expired", "The resourceVersion for the provided watch is too old.", null);
            case 429 -> {
                String message = "the server has received too many requests and has asked us to try again later";
                yield new ApiError(
                        code, "TooManyRequests", message, Json.object().put("retryAfterSeconds", 1));
            }
            case 500 -> internal("injected fault");
            case 503 -> generic(code, "ServiceUnavailable", "the server is currently unable to handle the request");
            case 504 -> tooLargeVersion(Long.MAX_VALUE, 1);
            default -> generic(code, "", "injected fault");
        };
    }

    private static ApiError generic(int code, String reason, String message) {
        return new ApiError(code, reason, message, Json.object());
    }

    static ApiError internal(String cause) {
        ObjectNode details = Json.object();
        details.putArray("causes").addObject().put("message", cause);
        return new ApiError(500, "InternalError", "Internal error occurred: " + cause, details);
    }

    ObjectNode status() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
        if (details != null) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    HttpResponse response() {
        HttpResponse response = HttpResponse.json(code, status());
        return details != null && details.has("retryAfterSeconds")
                ? response.withHeaders(
                        Map.of("Retry-After", details.get("retryAfterSeconds").asText()))
                : response;
    }

    private static ObjectNode details(ApiResource resource, @Nullable String name) {
        ObjectNode details = Json.object();
        if (name != null) {
            details.put("name", name);
        }
        if (!resource.group.isEmpty()) {
            details.put("group", resource.group);
        }
        return details.put("kind", resource.plural);
    }
}
