package dev.onehop.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopbackPodTest {

    private final LoopbackPods pods = LoopbackPods.start(1);
    private final LoopbackPod pod = pods.get(0);

    @AfterEach
    void close() {
        pods.close();
    }

    @Test
    void aPodSaysWhatItSaw() throws IOException {
        try (Socket client = connect()) {
            write(client, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");

            assertThat(read(client)).startsWith("HTTP/1.1 200 ").contains("Seen-Host: h", "Pod: pod-1", "hi");
        }
        assertThat(pod.request().path()).isEqualTo("/a");
        assertThat(pod.accepts()).isEqualTo(1);
    }

    @Test
    void aPodThatRefusesComesBackOnItsPort() throws IOException {
        pod.refuse();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

        pod.comeBack();

        connect().close();
        await().until(() -> pod.accepts() == 1);
    }

    @Test
    void aBlackHoleAnswersNoConnectUntilThePodComesBack() throws IOException {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        pod.blackHole();
        assertThatThrownBy(this::connect).isInstanceOf(SocketTimeoutException.class);

        pod.comeBack();

        connect().close();
    }

    @Test
    void aGracefulStopEndsIdleConnectionsAndRefusesNewOnes() throws IOException {
        try (Socket client = connect()) {
            await().until(() -> pod.connections() == 1);

            pod.stopGracefully();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket();
        socket.connect(pod.address(), 200);
        socket.setSoTimeout((int) Duration.ofSeconds(5).toMillis());
        return socket;
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String read(Socket client) throws IOException {
        var text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\nhi")) {
            text.append((char) client.getInputStream().read());
        }
        return text.toString();
    }
}
