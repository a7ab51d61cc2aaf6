/**
 * A Service, its pods and a client on one machine: the picture of one request, then a cluster's life in five acts.
 *
 * <p>{@link dev.onehop.examples.quickstart.Quickstart} is the program. The cluster's side is {@code SmallCluster} with
 * its pods; the client's side is {@code ServiceClient}, which is all an application needs; {@code Demo} plays the acts
 * of {@code Acts} under a {@code Load}.
 */
@NullMarked
package dev.onehop.examples.quickstart;

import org.jspecify.annotations.NullMarked;
