/**
 * How a channel of Netty's dials pods until one answers, shared by the adapters of clients that are built on Netty. Not for
 * others: it changes as they need it. Imports core and Netty.
 */
@NullMarked
package dev.onehop.http.netty.dial;

import org.jspecify.annotations.NullMarked;
