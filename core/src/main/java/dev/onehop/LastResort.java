package dev.onehop;

/**
 * Who gets connections when no endpoint of a Service is ready and kube-proxy would refuse (reliability 2.8). Chosen with
 * {@link OnehopBuilder#lastResort}.
 */
public enum LastResort {
    /** Nobody, as with kube-proxy. */
    NONE,

    /**
     * Endpoints that are listed, not ready and not terminating, that this client has seen ready as the same pod, and that
     * it knows nothing against: while at least three were ready together and 80 % of them became unready within a minute,
     * or while contact with the API server is lost. That is what it looks like when kubelets cannot reach the API server:
     * all pods are marked unready, and all of them serve.
     *
     * <p>This goes where kube-proxy does not. Pods that are unready on purpose, all at once, are called all the same.
     */
    NOT_READY
}
