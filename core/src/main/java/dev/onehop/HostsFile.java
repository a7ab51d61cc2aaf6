package dev.onehop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names that the machine gives addresses itself, before any DNS: a pod's own name and its {@code hostAliases}. They
 * are the platform's, whatever Service has such a name.
 */
final class HostsFile {

    private static final Path HOSTS = Path.of("/etc/hosts");

    private HostsFile() {}

    /** Those of this machine, read once: the kubelet writes the file before the pod starts. */
    static Set<String> names() {
        return names(HOSTS);
    }

    /** Those of a file in the form of hosts(5), lower case; none where there is no such file, or it is unreadable. */
    static Set<String> names(Path hosts) {
        try (Stream<String> lines = Files.lines(hosts, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.replaceFirst("#.*", "").strip())
                    .flatMap(line -> Arrays.stream(line.split("\\s+")).skip(1))
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException | UncheckedIOException unreadable) {
            return Set.of();
        }
    }
}
