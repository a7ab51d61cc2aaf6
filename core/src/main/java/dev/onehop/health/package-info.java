/**
 * What happened on each backend and what we learned from it: outcomes of attempts, counters, evidence, ejections.
 *
 * <p>Stands after {@code route} in the flow; imports {@code time}, {@code service} and {@code route}.
 */
@NullMarked
package dev.onehop.health;

import org.jspecify.annotations.NullMarked;
