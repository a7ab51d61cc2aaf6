/**
 * Who is picked: policies that choose one backend of an eligible set. Lock-free, no allocation.
 *
 * <p>Stands after {@code eligible} in the flow; imports what is left of it.
 */
@NullMarked
package dev.onehop.pick;

import org.jspecify.annotations.NullMarked;
