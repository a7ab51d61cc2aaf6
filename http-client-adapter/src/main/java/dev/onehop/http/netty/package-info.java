/**
 * Netty clients over Onehop: connects of a {@code Bootstrap} by {@link dev.onehop.http.netty.OnehopBootstrap}, or, where
 * somebody else connects it, through its resolver, from {@link dev.onehop.http.netty.OnehopAddressResolverGroup}; datagrams
 * through a handler, from {@link dev.onehop.http.netty.OnehopDatagramHandler}. Imports core and Netty's resolver and
 * transport; {@code OnehopBootstrap} its handlers, too.
 */
@NullMarked
package dev.onehop.http.netty;

import org.jspecify.annotations.NullMarked;
