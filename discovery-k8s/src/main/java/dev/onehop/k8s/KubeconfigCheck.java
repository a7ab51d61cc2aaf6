package dev.onehop.k8s;

import dev.onehop.service.Printable;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether the current context of a kubeconfig leads somewhere. fabric8 passes over a cluster or user that is not there,
 * and for a server without a scheme it opens a connection to find out, which a builder must not do.
 *
 * <p>Pure.
 */
final class KubeconfigCheck {

    private KubeconfigCheck() {}

    /** What is wrong, without quoting more than names and the server; null when nothing is. */
    static @Nullable String objection(Config kubeconfig) {
        String current = kubeconfig.getCurrentContext();
        Context context = present(kubeconfig.getContexts()).stream()
                .filter(each -> Objects.equals(each.getName(), current))
                .map(NamedContext::getContext)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (current == null || context == null) {
            return "has no usable current-context (expected: current-context naming one of its contexts)";
        }
        NamedCluster cluster = present(kubeconfig.getClusters()).stream()
                .filter(each -> Objects.equals(each.getName(), context.getCluster()) && each.getCluster() != null)
                .findFirst()
                .orElse(null);
        if (cluster == null) {
            return missing("cluster", current, context.getCluster());
        }
        List<NamedAuthInfo> users = present(kubeconfig.getUsers());
        String user = context.getUser();
        if (user != null && !user.isEmpty() && users.stream().noneMatch(each -> user.equals(each.getName()))) {
            return missing("user", current, user);
        }
        String server = cluster.getCluster().getServer();
        return server != null && server.matches("(?i)https?://.*")
                ? null
                : "names a server without a scheme: "
                        + Printable.of(String.valueOf(server).replaceAll("^[^/]*@", "...@"))
                        + " (expected: a server such as https://host:6443)";
    }

    private static String missing(String what, String context, @Nullable String name) {
        return "names a " + what + " that is not there: " + Printable.of(String.valueOf(name)) + " (expected: the "
                + what + " of context " + Printable.of(context) + " among its " + what + "s)";
    }

    /** The elements that are there. */
    private static <T> List<T> present(@Nullable List<@Nullable T> list) {
        return list == null
                ? List.of()
                : list.stream()
                        .filter(Objects::nonNull)
                        .map(Objects::requireNonNull)
                        .toList();
    }
}
