package dev.onehop.examples.cli;

/**
 * The permission we lack, as YAML that can be piped into {@code kubectl apply}.
 *
 * <p>Pure.
 */
final class MissingRole {

    private MissingRole() {}

    /** The API server's words, and the Role that would change them. */
    static String explain(String namespace, String why) {
        return "no access: " + TerminalText.of(why) + "\nApply this Role, and bind it to whom the kubeconfig names:\n"
                + """
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
                """.formatted(TerminalText.of(namespace)).stripTrailing();
    }
}
