/**
 * How it goes, as Micrometer meters. Needs {@code io.micrometer:micrometer-core}, which Onehop does not bring along; nothing
 * else of Onehop touches this package.
 *
 * <p>Stands after the door; imports what is left of it.
 */
@NullMarked
package dev.onehop.metrics;

import org.jspecify.annotations.NullMarked;
