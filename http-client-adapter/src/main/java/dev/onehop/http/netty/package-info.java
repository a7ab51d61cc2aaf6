/**
 * Netty clients over Onehop: connections through their resolver, from {@link
 * dev.onehop.http.netty.OnehopAddressResolverGroup}; datagrams through a handler, from {@link
 * dev.onehop.http.netty.OnehopDatagramHandler}. Imports core, Netty's resolver and transport only.
 */
@NullMarked
package dev.onehop.http.netty;

import org.jspecify.annotations.NullMarked;
