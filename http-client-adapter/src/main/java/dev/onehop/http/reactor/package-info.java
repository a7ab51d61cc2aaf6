/**
 * Reactor Netty's {@code HttpClient} and {@code TcpClient} over Onehop, from {@link
 * dev.onehop.http.reactor.OnehopReactor}. Imports core, Netty and Reactor Netty.
 */
@NullMarked
package dev.onehop.http.reactor;

import org.jspecify.annotations.NullMarked;
