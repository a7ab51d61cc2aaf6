package dev.onehop.http.socket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** As much of a Redis server as a client needs to ask who it is: {@code GET} answers its name, all else {@code OK}. */
final class FakeRedis implements AutoCloseable {

    private final ServerSocket listener;
    private final String name;

    private FakeRedis(ServerSocket listener, String name) {
        this.listener = listener;
        this.name = name;
    }

    static FakeRedis start(String name) throws IOException {
        var fake = new FakeRedis(new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})), name);
        fake.daemon(fake::accept);
        return fake;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                daemon(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            OutputStream out = socket.getOutputStream();
            for (String command = command(in); command != null; command = command(in)) {
                String answer = command.equals("GET") ? "$" + name.length() + "\r\n" + name : "+OK";
                out.write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException gone) {
            // the client has left
        }
    }

    /** The first word of the next command: an array of strings, two lines each. */
    private static @Nullable String command(BufferedReader in) throws IOException {
        String head = in.readLine();
        if (head == null) {
            return null;
        }
        String first = "";
        int words = Integer.parseInt(head.substring(1));
        for (int i = 0; i < words; i++) {
            in.readLine();
            String word = in.readLine();
            first = i == 0 ? String.valueOf(word) : first;
        }
        return first;
    }

    private void daemon(Runnable task) {
        var thread = new Thread(task, "fake-redis-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
