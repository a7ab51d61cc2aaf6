package dev.onehop.service;

import java.util.Objects;

/**
 * Which Service: its namespace and name, compared exactly. DNS names are lower-cased before they become keys.
 *
 * <p>Immutable.
 *
 * @param namespace not empty
 * @param name not empty
 */
public record ServiceKey(String namespace, String name) implements Comparable<ServiceKey> {

    public ServiceKey {
        if (Objects.requireNonNull(namespace, "namespace").isEmpty()) {
            throw new IllegalArgumentException("namespace of Service " + name + " is empty (expected: a namespace)");
        }
        if (Objects.requireNonNull(name, "name").isEmpty()) {
            throw new IllegalArgumentException("Service name in namespace " + namespace + " is empty");
        }
    }

    @Override
    public int compareTo(ServiceKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code namespace/name}, as kube-proxy and kubectl print it. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
