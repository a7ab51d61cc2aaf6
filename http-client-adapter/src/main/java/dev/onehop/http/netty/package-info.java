/**
 * Netty clients over Onehop, through their resolver: start at {@link dev.onehop.http.netty.OnehopAddressResolverGroup}.
 * Imports core and Netty's resolver only.
 */
@NullMarked
package dev.onehop.http.netty;

import org.jspecify.annotations.NullMarked;
