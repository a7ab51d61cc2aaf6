package dev.onehop.service;

/** {@code spec.type}. Only {@link #EXTERNAL_NAME} changes what the proxy does with ClusterIP traffic (R3). */
public enum ServiceType {
    CLUSTER_IP("ClusterIP"),
    NODE_PORT("NodePort"),
    LOAD_BALANCER("LoadBalancer"),
    EXTERNAL_NAME("ExternalName");

    private final String kubernetesName;

    ServiceType(String kubernetesName) {
        this.kubernetesName = kubernetesName;
    }

    /** The type as Kubernetes writes it. */
    @Override
    public String toString() {
        return kubernetesName;
    }
}
