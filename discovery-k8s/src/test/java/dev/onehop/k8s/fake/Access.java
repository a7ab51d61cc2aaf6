package dev.onehop.k8s.fake;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what: one bearer token, when one is required, and a list of what its owner may not do.
 *
 * <p>Shared: safe from any thread.
 */
final class Access {
    static final String USER = "system:serviceaccount:shop:app";

    private record Rule(Verb verb, ApiResource resource) {}

    private final Set<Rule> denied = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String token;

    Access(@Nullable String token) {
        this.token = token;
    }

    @Nullable String token() {
        return token;
    }

    void require(String newToken) {
        token = newToken;
    }

    void deny(Verb verb, ApiResource resource) {
        denied.add(new Rule(verb, resource));
    }

    void allowAll() {
        denied.clear();
    }

    /** Throws the 401 or 403 the request deserves, if any. */
    void check(HttpRequest request, @Nullable ApiCall call) {
        String expected = token;
        if (expected != null && !request.header("authorization").equals("Bearer " + expected)) {
            throw ApiError.unauthorized();
        }
        if (call != null && denied.contains(new Rule(call.verb(), call.resource()))) {
            throw ApiError.forbidden(call, USER);
        }
    }
}
