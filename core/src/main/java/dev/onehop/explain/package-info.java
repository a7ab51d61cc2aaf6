/**
 * Why this pod, why not that one: the state of a Service port as records and as text.
 *
 * <p>Imports everything before the root; imported by the root only.
 */
@NullMarked
package dev.onehop.explain;

import org.jspecify.annotations.NullMarked;
