/**
 * Time and order: the one loop on which everything that changes state runs.
 *
 * <p>Imports nothing of Onehop. Everything else may import it.
 */
@NullMarked
package dev.onehop.time;

import org.jspecify.annotations.NullMarked;
