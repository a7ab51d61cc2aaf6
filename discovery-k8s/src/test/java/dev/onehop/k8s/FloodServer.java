package dev.onehop.k8s;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An API server with one Service of one slice, whose watch tells of so many changes as fast as they are read, and then
 * nothing more. It holds none of them: what it could write is what somebody else holds or has dealt with.
 *
 * <p>Shared: safe from any thread.
 */
final class FloodServer implements AutoCloseable {

    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong written = new AtomicLong();
    private final int changes;
    private final HttpServer server;

    private FloodServer(int changes) throws IOException {
        this.changes = changes;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
    }

    static FloodServer start(int changes) throws IOException {
        var flood = new FloodServer(changes);
        flood.server.start();
        return flood;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How many bytes of changes have been written: read, or in a buffer on their way. */
    long written() {
        return written.get();
    }

    /** The address that only the change of this number tells of; from 1. */
    static String address(int change) {
        return "10." + (1 + (change >> 16)) + "." + (change >> 8 & 255) + "." + (change & 255);
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean slices = exchange.getRequestURI().getPath().endsWith("/endpointslices");
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            if (!exchange.getRequestURI().getQuery().contains("watch=")) {
                body.write(json.writeValueAsBytes(list(slices ? slice(0) : ApiObjects.apiService())));
                return;
            }
            for (int change = 1; slices && change <= changes; change++) {
                ObjectNode event = json.createObjectNode().put("type", "MODIFIED");
                event.set("object", slice(change));
                byte[] line = (event + "\n").getBytes(StandardCharsets.UTF_8);
                body.write(line);
                written.addAndGet(line.length);
            }
            body.flush();
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode list(ObjectNode item) {
        ObjectNode list = json.createObjectNode();
        list.putObject("metadata").put("resourceVersion", "1000");
        list.putArray("items").add(item);
        return list;
    }

    private static ObjectNode slice(int change) {
        ObjectNode slice = ApiObjects.slice("s1", "10.0.0.1", address(change));
        ((ObjectNode) slice.get("metadata")).put("uid", "uid-s1").put("resourceVersion", String.valueOf(1000 + change));
        return slice;
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
