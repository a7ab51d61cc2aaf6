/**
 * Plain sockets over Onehop, for every blocking client that takes a {@code javax.net.SocketFactory}: start at {@link
 * dev.onehop.http.socket.OnehopSocketFactory}. Imports core and the JDK only, but for the factories of
 * MySQL's and MariaDB's drivers, each of which imports its driver, an optional dependency.
 */
@NullMarked
package dev.onehop.http.socket;

import org.jspecify.annotations.NullMarked;
