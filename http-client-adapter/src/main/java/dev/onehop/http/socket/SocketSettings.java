package dev.onehop.http.socket;

import java.io.IOException;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was asked of a socket before it existed, to be asked of the one that takes its place.
 *
 * <p>Not thread-safe: guarded by its socket.
 */
final class SocketSettings {

    private final Map<String, Setting> byName = new LinkedHashMap<>();

    /** One of them. */
    @FunctionalInterface
    interface Setting {
        void on(Socket socket) throws IOException;
    }

    /** Takes the newest; of two with the same name the later counts. */
    void record(String name, Setting setting) {
        byName.remove(name);
        byName.put(name, setting);
    }

    /** Asks all of {@code socket}, in the order in which they came. */
    void applyTo(Socket socket) throws IOException {
        for (Setting each : byName.values()) {
            each.on(socket);
        }
    }
}
