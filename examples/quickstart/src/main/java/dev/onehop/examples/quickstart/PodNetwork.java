package dev.onehop.examples.quickstart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Where pods can listen on this machine. Where all of 127.0.0.0/8 is loopback (Linux), pod 10.244.x.y listens on
 * 127.244.x.y, and all pods on the same port, 8080 unless it is taken. Elsewhere (macOS) all pods share 127.0.0.1 and
 * each has a port of its own, which the EndpointSlices then carry.
 *
 * <p>Immutable.
 *
 * @param ownAddresses whether each pod has an address of its own
 * @param port the common port; 0 when each pod has its own
 */
record PodNetwork(boolean ownAddresses, int port) {

    private static final int[] PORTS = {8080, 18080, 28080, 0};

    /** Tries what this machine allows. */
    static PodNetwork probe() {
        if (boundPort("10.244.0.16", 0) < 0) {
            return oneAddress();
        }
        for (int port : PORTS) {
            int first = boundPort("10.244.0.16", port);
            if (first > 0 && boundPort("10.244.0.18", first) > 0) {
                return new PodNetwork(true, first);
            }
        }
        return oneAddress();
    }

    /** All pods on 127.0.0.1. */
    static PodNetwork oneAddress() {
        return new PodNetwork(false, 0);
    }

    /** Where the pod with this IP in the figure listens here; port 0 means any free one. */
    InetSocketAddress listenAddress(String podIp) {
        String here = ownAddresses ? onLoopback(podIp) : "127.0.0.1";
        return new InetSocketAddress(address(here), port);
    }

    /** One sentence for people. */
    String note() {
        if (!ownAddresses) {
            return "Only 127.0.0.1 can be bound on this machine: each pod has a port of its own there.";
        }
        return "The pods live on loopback: 10.244.x.y of the figure is 127.244.x.y here"
                + (port == 8080 ? "." : ", and port " + port + ", as 8080 is taken.");
    }

    private static String onLoopback(String podIp) {
        return "127" + podIp.substring(podIp.indexOf('.'));
    }

    /** The port that could be bound, or -1. */
    private static int boundPort(String podIp, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address(onLoopback(podIp)), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            return -1;
        }
    }

    private static InetAddress address(String ip) {
        try {
            return InetAddress.getByName(ip);
        } catch (IOException e) {
            throw new IllegalArgumentException("address: " + ip + " (expected: an IP address)", e);
        }
    }
}
