package dev.onehop.http.socket;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** As much of a Redis server as a client needs to ask who it is: {@code GET} answers its name, all else {@code OK}. */
final class FakeRedis {

    private final String name;

    private FakeRedis(String name) {
        this.name = name;
    }

    static FakeServer start(String name) throws IOException {
        return FakeServer.start("fake-redis-" + name, new FakeRedis(name)::serve);
    }

    private void serve(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        OutputStream out = socket.getOutputStream();
        for (String command = command(in); command != null; command = command(in)) {
            String answer = command.equals("GET") ? "$" + name.length() + "\r\n" + name : "+OK";
            out.write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
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
}
