package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;

/**
 * A slice as far as {@link SliceTrust} lets it in.
 *
 * <p>Immutable.
 *
 * @param slice with the endpoints that are used
 * @param accepted whether the slice is used at all
 * @param foreign how many of its endpoints are not used because of whom they, or the slice, belong to
 */
record CheckedSlice(EndpointSlice slice, boolean accepted, int foreign) {}
