/**
 * Jetty's HTTP client over Onehop: start at {@link dev.onehop.http.jetty.OnehopJetty}. Imports core and Jetty only, HTTP/2's
 * modules not among it.
 */
@NullMarked
package dev.onehop.http.jetty;

import org.jspecify.annotations.NullMarked;
