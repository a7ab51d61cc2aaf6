/**
 * Vert.x 5's clients over Onehop, from {@link dev.onehop.http.vertx.OnehopVertx}. Imports core, Netty and Vert.x.
 */
@NullMarked
package dev.onehop.http.vertx;

import org.jspecify.annotations.NullMarked;
