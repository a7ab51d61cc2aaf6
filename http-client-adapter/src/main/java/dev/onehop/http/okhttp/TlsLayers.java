package dev.onehop.http.okhttp;

import java.net.Socket;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the raw socket under the one that OkHttp shows.
 *
 * <p>Shared: safe from any thread.
 */
final class TlsLayers {

    private final Map<Socket, PodSocket> others = Collections.synchronizedMap(new WeakHashMap<>());

    /** Takes note of a TLS socket that cannot tell by itself. */
    void add(Socket tls, PodSocket raw) {
        others.put(tls, raw);
    }

    /** The raw socket of a connection, if it goes to a Service. */
    @Nullable PodSocket under(Socket socket) {
        PodSocket raw = socket instanceof PodSocket plain
                ? plain
                : socket instanceof TlsPodSocket tls ? tls.raw() : others.get(socket);
        return raw != null && raw.isOurs() ? raw : null;
    }
}
