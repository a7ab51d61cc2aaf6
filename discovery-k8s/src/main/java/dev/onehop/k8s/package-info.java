/**
 * Discovery of Services and EndpointSlices from a Kubernetes API server, or from manifests.
 *
 * <p>Start at {@link dev.onehop.k8s.KubernetesDiscovery}. Imports {@code dev.onehop.service} and {@code dev.onehop.time};
 * nothing in core imports this package.
 */
@NullMarked
package dev.onehop.k8s;

import org.jspecify.annotations.NullMarked;
