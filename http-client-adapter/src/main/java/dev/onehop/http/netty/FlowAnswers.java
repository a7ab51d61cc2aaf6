package dev.onehop.http.netty;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which flow a datagram from some address belongs to. The kernel tells flows that share a backend apart by giving one of
 * them another source port; a channel has one port, so here the flow that was written to last gets the answer.
 *
 * <p>Not thread-safe: its channel's event loop's.
 */
final class FlowAnswers {

    /** Mostly one flow per address; where there are several, the one written to last is at the end. */
    private final Map<InetSocketAddress, List<DatagramFlow>> flows = new HashMap<>();

    /** The flow that an answer from {@code sender} belongs to; null when nothing was sent there. */
    @Nullable DatagramFlow from(InetSocketAddress sender) {
        List<DatagramFlow> sharing = flows.get(sender);
        return sharing == null ? null : sharing.get(sharing.size() - 1);
    }

    /** Something of {@code flow} is being sent to {@code backend}. */
    void expect(InetSocketAddress backend, DatagramFlow flow) {
        if (from(backend) != flow) {
            forget(backend, flow);
            flows.computeIfAbsent(backend, key -> new ArrayList<>(1)).add(flow);
        }
    }

    /** Nothing from {@code backend} belongs to {@code flow} any more. */
    void forget(InetSocketAddress backend, DatagramFlow flow) {
        List<DatagramFlow> sharing = flows.get(backend);
        if (sharing != null && sharing.remove(flow) && sharing.isEmpty()) {
            flows.remove(backend);
        }
    }
}
