package dev.onehop.route;

import dev.onehop.service.Endpoint;
import java.util.List;

/**
 * How many endpoints a Service port has, by condition, duplicates merged (R15); every one is counted once.
 *
 * <p>Immutable.
 *
 * @param ready ready, terminating or not (R17)
 * @param notReady neither ready nor terminating: never used
 * @param terminatingServing not ready, terminating, still serving: the last resort of R22 and R24
 * @param terminatingNotServing not ready, terminating, done serving: never used
 * @param unusableAddress on this port, but without an address that may be dialled (R14, S-01)
 */
public record EndpointCounts(
        int ready, int notReady, int terminatingServing, int terminatingNotServing, int unusableAddress) {

    static final EndpointCounts NONE = new EndpointCounts(0, 0, 0, 0, 0);

    static EndpointCounts of(List<RoutedEndpoint> endpoints, int unusableAddress) {
        int ready = 0;
        int notReady = 0;
        int serving = 0;
        int notServing = 0;
        for (RoutedEndpoint routed : endpoints) {
            Endpoint endpoint = routed.endpoint();
            if (endpoint.isReady()) {
                ready++;
            } else if (!endpoint.isTerminating()) {
                notReady++;
            } else if (endpoint.isServing()) {
                serving++;
            } else {
                notServing++;
            }
        }
        return new EndpointCounts(ready, notReady, serving, notServing, unusableAddress);
    }

    /** All that are terminating and not ready. */
    public int terminating() {
        return terminatingServing + terminatingNotServing;
    }

    /** Whether some endpoint could be used somewhere, which parts DROP from REJECT (R25). */
    public boolean anyUsable() {
        return ready + terminatingServing > 0;
    }

    /** {@code 0 ready, 2 not ready, 1 terminating}, and unusable addresses if there are any. */
    @Override
    public String toString() {
        return ready + " ready, " + notReady + " not ready, " + terminating() + " terminating"
                + (unusableAddress == 0 ? "" : ", " + unusableAddress + " without a usable address");
    }
}
