package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshSidecarTest {

    private static final String HEADER =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    @TempDir
    Path directory;

    @Test
    void istioShowsByItsListeningPorts() throws IOException {
        Path sockets = sockets("00000000:3A99", "0A", "00000000:3A9E", "0A"); // 15001, 15006

        assertThat(MeshSidecar.detect(Map.of(), List.of(sockets)))
                .hasValueSatisfying(found -> assertThat(found).contains("Istio"));
    }

    @Test
    void linkerdShowsByItsListeningPorts() throws IOException {
        Path sockets = sockets("0100007F:102C", "0A", "00000000:102F", "0A"); // 4140, 4143

        assertThat(MeshSidecar.detect(Map.of(), List.of(sockets)))
                .hasValueSatisfying(found -> assertThat(found).contains("Linkerd"));
    }

    @Test
    void aConnectionToSuchAPortIsNoSidecar() throws IOException {
        Path sockets = sockets("0100007F:3A99", "01", "0100007F:3A9E", "01");

        assertThat(MeshSidecar.detect(Map.of(), List.of(sockets))).isEmpty();
    }

    @Test
    void theEnvironmentOfAnInjectedContainerShowsIt() {
        assertThat(MeshSidecar.detect(Map.of("ISTIO_META_MESH_ID", "m"), List.of()))
                .isPresent();
        assertThat(MeshSidecar.detect(Map.of("LINKERD2_PROXY_LOG", "info"), List.of()))
                .isPresent();
        assertThat(MeshSidecar.detect(Map.of("PATH", "/bin"), List.of())).isEmpty();
    }

    @Test
    void unreadableOrOddFilesAreNoSidecar() throws IOException {
        Path odd = Files.writeString(directory.resolve("odd"), "not\na\n  0: zz:zz x 0A\n");

        assertThat(MeshSidecar.detect(Map.of(), List.of(odd, directory.resolve("missing"))))
                .isEmpty();
    }

    private Path sockets(String first, String firstState, String second, String secondState) throws IOException {
        return Files.writeString(
                directory.resolve("tcp"),
                HEADER + "   0: " + first + " 00000000:0000 " + firstState + " 0 0\n   1: " + second + " 00000000:0000 "
                        + secondState + " 0 0\n");
    }
}
