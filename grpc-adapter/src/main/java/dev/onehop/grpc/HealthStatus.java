package dev.onehop.grpc;

/** What a server that could be asked counts as well for. */
enum HealthStatus {
    SERVING,
    /** It has no health service: gRFC A17 takes it for well. */
    UNIMPLEMENTED
}
