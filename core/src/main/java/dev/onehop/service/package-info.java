/**
 * What exists: Services, EndpointSlices and what we know of them at a moment. The shapes are Kubernetes' own, cut down
 * to the fields the rules R1-R49 read, and free of any Kubernetes client.
 *
 * <p>Stands first in the flow. Imports only {@code dev.onehop.time}.
 */
@NullMarked
package dev.onehop.service;

import org.jspecify.annotations.NullMarked;
