package dev.onehop.route;

import dev.onehop.service.IpAddress;
import java.util.List;

/**
 * Finds routed endpoints by address and port.
 *
 * <p>Not thread-safe.
 */
final class AddressIndex {

    /*
     * An open-addressed table of positions in the list, because a HashMap costs a key, a node and a boxed number per
     * endpoint, several times the rest of the merge. A slot holds position + 1, and 0 is free. At most half of the
     * slots are taken, so a probe ends soon; the multiplication spreads the neighbouring addresses of a subnet.
     */
    private final List<RoutedEndpoint> endpoints;
    private int[] slots;

    /**
     * An index of {@code endpoints}, which is to grow together with it.
     *
     * @param expected about how many there will be
     */
    AddressIndex(List<RoutedEndpoint> endpoints, int expected) {
        this.endpoints = endpoints;
        this.slots = new int[Math.max(64, Integer.highestOneBit(expected) * 4)];
    }

    /** The position of the endpoint with this address and port; when there is none, -1, and the next one is expected. */
    int findOrExpect(IpAddress ip, int port) {
        if (endpoints.size() * 2 >= slots.length) {
            grow();
        }
        int slot = slot(ip, port);
        while (slots[slot] != 0) {
            BackendKey key = endpoints.get(slots[slot] - 1).key();
            if (key.port() == port && key.ip().equals(ip)) {
                return slots[slot] - 1;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        slots[slot] = endpoints.size() + 1;
        return -1;
    }

    private int slot(IpAddress ip, int port) {
        int hash = (ip.hashCode() + 31 * port) * 0x9E3779B9;
        return hash >>> Integer.numberOfLeadingZeros(slots.length - 1);
    }

    private void grow() {
        slots = new int[slots.length * 2];
        for (int position = 0; position < endpoints.size(); position++) {
            BackendKey key = endpoints.get(position).key();
            int slot = slot(key.ip(), key.port());
            while (slots[slot] != 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = position + 1;
        }
    }
}
