package dev.onehop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * What is said over a connection of our own to find out whether a backend is well.
 *
 * <p>Shared: safe from any thread; blocks the probing thread it is called on.
 */
@FunctionalInterface
interface Conversation {

    /** To connect is enough. */
    Conversation NONE = (socket, backend) -> {};

    /**
     * Speaks with the backend.
     *
     * @param socket connected; closed by the caller, at the latest when the time is over, whatever is being read then
     * @throws IOException when the backend is not well
     */
    void hold(Socket socket, InetSocketAddress backend) throws IOException;

    /** What it says of the backend that the time was over first. */
    default IOException late() {
        return new IOException("no answer in time");
    }
}
