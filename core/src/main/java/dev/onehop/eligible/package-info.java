/**
 * Who may be picked now: the route's set minus ejected backends, as one immutable snapshot, or the reason why nobody
 * may be.
 *
 * <p>Stands after {@code health} in the flow; imports what is left of it.
 */
@NullMarked
package dev.onehop.eligible;

import org.jspecify.annotations.NullMarked;
