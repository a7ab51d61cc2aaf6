package dev.onehop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a service mesh's sidecar in our pod. A sidecar routes by ClusterIP, so dialling pods directly would go around
 * its mTLS and policy: Onehop stands down (design decision 11). The containers of a pod share one network, so the
 * sidecar's listening ports show in {@code /proc/net/tcp}; environment variables that meshes set are read as well.
 *
 * <p>Pure, apart from reading the files it is given.
 */
final class MeshSidecar {

    private static final Logger log = LoggerFactory.getLogger(MeshSidecar.class);
    private static final List<Path> SOCKETS = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final String LISTENING = "0A";

    private MeshSidecar() {}

    /** Looks at this process' pod. */
    static Optional<String> detect() {
        return detect(System.getenv(), SOCKETS);
    }

    static Optional<String> detect(Map<String, String> environment, List<Path> sockets) {
        for (String name : environment.keySet()) {
            if (name.startsWith("ISTIO_META_")) {
                return Optional.of("an Istio sidecar (environment " + name + ")");
            }
            if (name.startsWith("LINKERD2_PROXY_")) {
                return Optional.of("a Linkerd sidecar (environment " + name + ")");
            }
        }
        Set<Integer> ports = new HashSet<>();
        sockets.forEach(file -> ports.addAll(listening(file)));
        if (ports.containsAll(Set.of(15001, 15006))) {
            return Optional.of("an Istio sidecar (ports 15001 and 15006 are listening in this pod)");
        }
        if (ports.containsAll(Set.of(4140, 4143))) {
            return Optional.of("a Linkerd sidecar (ports 4140 and 4143 are listening in this pod)");
        }
        return Optional.empty();
    }

    private static Set<Integer> listening(Path file) {
        Set<Integer> ports = new HashSet<>();
        if (!Files.isReadable(file)) {
            return ports;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields.length > 3 && fields[3].toUpperCase(Locale.ROOT).equals(LISTENING)) {
                    ports.add(Integer.parseInt(fields[1].substring(fields[1].lastIndexOf(':') + 1), 16));
                }
            }
        } catch (IOException | NumberFormatException e) {
            log.debug("cannot read listening ports from {}; mesh detection goes by the environment", file, e);
        }
        return ports;
    }
}
