package dev.onehop.k8s;

import dev.onehop.service.Printable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The permission we lack, as YAML that can be piped into {@code kubectl apply}.
 *
 * <p>Pure functions.
 */
public final class MissingRole {

    private static final Pattern SERVICE_ACCOUNT =
            Pattern.compile("system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})\\b");

    private MissingRole() {}

    /** The API server's words, and the Role that would change them. */
    static String explain(String namespace, String why) {
        return why + "\nApply this Role, and bind it to the service account of this process:\n" + yaml(namespace, why);
    }

    /**
     * The Role that lets one read the Services and EndpointSlices of a namespace; with the RoleBinding, where the API
     * server named the service account it refused.
     *
     * @param why the API server's words
     */
    public static String yaml(String namespace, String why) {
        String role = """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata:
                  name: onehop
                  namespace: %s
                rules:
                - apiGroups: ["discovery.k8s.io"]
                  resources: ["endpointslices"]
                  verbs: ["list", "watch"]
                - apiGroups: [""]
                  resources: ["services"]
                  verbs: ["list", "watch"]
                """.formatted(Printable.of(namespace));
        Matcher account = SERVICE_ACCOUNT.matcher(why);
        return account.find() ? role + binding(namespace, account.group(1), account.group(2)) : role;
    }

    private static String binding(String namespace, String accountNamespace, String account) {
        return """
               ---
               apiVersion: rbac.authorization.k8s.io/v1
               kind: RoleBinding
               metadata:
                 name: onehop-%s
                 namespace: %s
               roleRef:
                 apiGroup: rbac.authorization.k8s.io
                 kind: Role
                 name: onehop
               subjects:
               - kind: ServiceAccount
                 name: %s
                 namespace: %s
               """.formatted(account, Printable.of(namespace), account, accountNamespace);
    }
}
