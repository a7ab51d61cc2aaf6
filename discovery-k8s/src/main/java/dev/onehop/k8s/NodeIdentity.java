package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Printable;
import dev.onehop.time.SerialScheduler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process runs. The node's name comes from code or from {@code NODE_NAME}, which the downward API sets from
 * {@code spec.nodeName}; the zone from code, from {@code NODE_ZONE}, or from the Node's label. Reading the Node needs
 * {@code get nodes}, a permission most applications lack: then the zone stays unknown and hints are ignored.
 *
 * <p>Serial: touched only on the discovery's loop, except {@link #location}.
 */
final class NodeIdentity {

    static final String NODE_NAME = "NODE_NAME";
    static final String NODE_ZONE = "NODE_ZONE";
    static final String ZONE_LABEL = "topology.kubernetes.io/zone";

    private static final Logger log = LoggerFactory.getLogger(NodeIdentity.class);

    private enum Timer {
        PATIENCE,
        RETRY
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(2);
    private static final int LONGEST_NODE = 4 * 1024 * 1024;

    private final ApiConnection api;
    private final SerialScheduler loop;
    private final Timers<Timer> timers;
    private final Backoff backoff;
    private final Runnable onChange;
    private volatile ClientLocation location;
    private ListWatch.@Nullable Call call;
    private int attempt;

    NodeIdentity(
            ClientLocation known, ApiConnection api, SerialScheduler loop, RandomGenerator random, Runnable onChange) {
        location = known;
        this.api = api;
        this.loop = loop;
        timers = new Timers<>(loop, Timer.class);
        backoff = new Backoff(random);
        this.onChange = onChange;
    }

    /** What code and environment say; code wins, empty variables count as absent. */
    static ClientLocation known(@Nullable String node, @Nullable String zone, Map<String, String> environment) {
        return new ClientLocation(
                node == null ? nonEmpty(environment.get(NODE_NAME)) : node,
                zone == null ? nonEmpty(environment.get(NODE_ZONE)) : zone);
    }

    /** From any thread. */
    ClientLocation location() {
        return location;
    }

    /** Asks for the Node when its name is known and its zone is not. */
    void start() {
        if (location.node() != null && location.zone() == null) {
            ask(location.node());
        }
    }

    void close() {
        endAttempt();
    }

    private void ask(String node) {
        endAttempt();
        int mine = attempt;
        timers.set(Timer.PATIENCE, TIMEOUT, () -> askLater(node)); // the call's own timeout may end with its head
        var body = new ByteArrayOutputStream();
        call = api.get(Selection.node(node), TIMEOUT, new HttpCall.Handler() {
            @Override
            public void opened() {}

            @Override
            public void bytes(List<ByteBuffer> bytes, Runnable more) throws IOException {
                for (ByteBuffer buffer : bytes) {
                    if (buffer.remaining() > LONGEST_NODE - body.size()) {
                        throw TroubleException.garbled("a Node of more than " + LONGEST_NODE + " bytes");
                    }
                    var part = new byte[buffer.remaining()];
                    buffer.get(part);
                    body.write(part, 0, part.length);
                }
                more.run();
            }

            @Override
            public void ended(@Nullable Trouble trouble, @Nullable Throwable cause) {
                loop.execute(() -> {
                    if (mine == attempt) {
                        answered(node, body.toByteArray(), trouble, cause);
                    }
                });
            }
        });
    }

    private void answered(String node, byte[] body, @Nullable Trouble trouble, @Nullable Throwable cause) {
        if (trouble != null && trouble.kind().needsPerson()) {
            endAttempt();
            log.info(
                    "node {}: its zone is unknown, so topology hints are ignored ({}). "
                            + "Set {} through the downward API, or allow get nodes",
                    Printable.of(node),
                    trouble.why(),
                    NODE_ZONE);
            return;
        }
        String zone = trouble == null && cause == null ? zone(body) : null;
        if (zone == null) {
            askLater(node);
            return;
        }
        endAttempt();
        location = new ClientLocation(node, zone);
        onChange.run();
    }

    private void askLater(String node) {
        endAttempt();
        timers.set(Timer.RETRY, backoff.next(LONGEST_RETRY), () -> ask(node));
    }

    private void endAttempt() {
        attempt++;
        timers.cancelAll();
        if (call != null) {
            call.cancel();
            call = null;
        }
    }

    private static @Nullable String zone(byte[] body) {
        try {
            List<JsonNode> documents = JsonTrees.all(new ByteArrayInputStream(body));
            return documents.isEmpty() ? null : zone(documents.get(0));
        } catch (IOException noNode) {
            return null;
        }
    }

    /** {@code ""} for a Node without the label. */
    static String zone(JsonNode node) {
        return node.path("metadata").path("labels").path(ZONE_LABEL).asText("");
    }

    private static @Nullable String nonEmpty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
