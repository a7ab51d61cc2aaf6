package dev.onehop.http.socket;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** As much of a PostgreSQL server as a driver needs to connect: it lets everybody in, under its own process id. */
final class FakePostgres implements AutoCloseable {

    private final int pid;
    private final List<String> startups = new CopyOnWriteArrayList<>();
    private final FakeServer server;

    private FakePostgres(int pid) throws IOException {
        this.pid = pid;
        this.server = FakeServer.start("fake-postgres-" + pid, this::serve);
    }

    static FakePostgres start(int pid) throws IOException {
        return new FakePostgres(pid);
    }

    int port() {
        return server.port();
    }

    /** What clients introduced themselves with. */
    List<String> startups() {
        return List.copyOf(startups);
    }

    private void serve(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var out = new DataOutputStream(socket.getOutputStream());
        startups.add(new String(in.readNBytes(in.readInt() - 4), StandardCharsets.UTF_8));
        out.writeByte('R'); // AuthenticationOk
        out.writeInt(8);
        out.writeInt(0);
        parameter(out, "server_version", "14.15");
        parameter(out, "client_encoding", "UTF8");
        parameter(out, "standard_conforming_strings", "on");
        parameter(out, "TimeZone", "UTC");
        out.writeByte('K'); // BackendKeyData
        out.writeInt(12);
        out.writeInt(pid);
        out.writeInt(7);
        out.writeByte('Z'); // ReadyForQuery
        out.writeInt(5);
        out.writeByte('I');
        out.flush();
        in.readAllBytes();
    }

    private static void parameter(DataOutputStream out, String name, String value) throws IOException {
        byte[] text = (name + '\0' + value + '\0').getBytes(StandardCharsets.UTF_8);
        out.writeByte('S');
        out.writeInt(4 + text.length);
        out.write(text);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
