/**
 * Plain sockets over Onehop, for every blocking client that takes a {@code javax.net.SocketFactory}: start at {@link
 * dev.onehop.http.socket.OnehopSocketFactory}. Imports core and the JDK only.
 */
@NullMarked
package dev.onehop.http.socket;

import org.jspecify.annotations.NullMarked;
