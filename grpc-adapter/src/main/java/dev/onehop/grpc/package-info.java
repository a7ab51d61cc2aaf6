/**
 * The gRPC name resolver and load-balancing policy over Onehop. Nothing is here yet: the module holds its place in the
 * build, and gRPC channels go on using the ClusterIP.
 */
package dev.onehop.grpc;
