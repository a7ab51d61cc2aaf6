package dev.onehop.k8s.fake;

import static dev.onehop.k8s.fake.ApiClient.SLICES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes over the socket, byte by byte. */
class WireTest {
    private FakeApiServer server;
    private Socket socket;

    @BeforeEach
    void start() throws IOException {
        server = FakeApiServer.start();
        socket = new Socket("127.0.0.1", URI.create(server.url()).getPort());
        socket.setSoTimeout(5_000);
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
        server.close();
    }

    @Test
    void aConnectionIsKeptForTheNextRequest() throws IOException {
        send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");

        send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                .contains("Connection: close")
                .endsWith("ok");
    }

    @Test
    void anUpgradeToHttp2IsIgnored() throws IOException {
        send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABk\r\n\r\n");

        assertThat(readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void aChunkedBodyIsReadAfterSayingContinue() throws IOException {
        send("POST /api/v1/nodes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Type: application/json\r\n\r\n");
        assertThat(readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

        send("c\r\n{\"metadata\":\r\nd;x=y\r\n{\"name\":\"n1\"}\r\n1\r\n}\r\n0\r\n\r\n");

        assertThat(readUntil("\"n1\"")).startsWith("HTTP/1.1 201 Created\r\n");
    }

    @Test
    void aResetIsAResetAndNoEnd() throws IOException {
        server.faults().on(Verb.LIST, null).drop(Ending.RESET);

        send("GET " + SLICES + " HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void aCloseIsAnEndAndNoReset() throws IOException {
        server.faults().on(Verb.LIST, null).drop(Ending.CLOSE);

        send("GET " + SLICES + " HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aHangingBodyStopsInTheMiddleAndStaysOpen() throws IOException {
        server.apply(Manifests.slice("api-1", "api", "127.0.0.2"));
        server.faults().on(Verb.LIST, null).cutBody(0.1, Ending.HANG);

        send("GET " + SLICES + " HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(readUntil("\r\n\r\n{\"kind\":")).contains("Content-Length: ");
        socket.setSoTimeout(100);
        assertThatThrownBy(() -> readUntil("api-1")).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aWatchEndsAbruptlyWithoutItsFinalChunk() throws IOException {
        send("GET " + SLICES + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(readUntil("\r\n\r\n")).contains("Transfer-Encoding: chunked");

        server.faults().writeToWatches("endpointslices", "half");
        server.faults().endWatches("endpointslices", Ending.CLOSE);

        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                .isEqualTo("4\r\nhalf\r\n");
    }

    @Test
    void aConnectionGoesOnAfterACleanEndOfItsWatch() throws IOException {
        send("GET " + SLICES + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        readUntil("\r\n\r\n");

        server.faults().endWatches("endpointslices", Ending.CLEAN);
        assertThat(readUntil("\r\n\r\n")).isEqualTo("0\r\n\r\n");

        send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String readUntil(String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("stream ended after: %s", read).isNotNegative();
            read.append((char) next);
        }
        return read.toString();
    }
}
