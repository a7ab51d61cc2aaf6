/**
 * gRPC over Onehop: health checks, by {@link dev.onehop.grpc.GrpcHealth}. There is no name resolver yet, so gRPC channels go
 * on using the ClusterIP. Imports core and {@code grpc-api} only; the transport is the application's own.
 */
@NullMarked
package dev.onehop.grpc;

import org.jspecify.annotations.NullMarked;
