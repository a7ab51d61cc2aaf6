package dev.onehop.service;

/** IP family. kube-proxy runs one independent proxier per family and never crosses from one to the other (R4). */
public enum AddressFamily {
    IPV4("IPv4"),
    IPV6("IPv6");

    private final String kubernetesName;

    AddressFamily(String kubernetesName) {
        this.kubernetesName = kubernetesName;
    }

    /** The family as Kubernetes writes it in {@code ipFamilies} and {@code addressType}. */
    @Override
    public String toString() {
        return kubernetesName;
    }
}
