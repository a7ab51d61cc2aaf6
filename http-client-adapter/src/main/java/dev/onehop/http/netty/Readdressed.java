package dev.onehop.http.netty;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;

/**
 * A datagram with another recipient. It holds the same content, whose reference it takes over.
 *
 * <p>Pure functions.
 */
final class Readdressed {

    private Readdressed() {}

    /** Whether {@code msg} is of a kind that can be made anew; one that knows more, such as segments, cannot. */
    static boolean isPossible(Object msg) {
        return msg.getClass() == DatagramPacket.class || msg.getClass() == DefaultAddressedEnvelope.class;
    }

    static Object to(InetSocketAddress recipient, Object msg) {
        if (msg instanceof DatagramPacket packet) {
            return new DatagramPacket(packet.content(), recipient, packet.sender());
        }
        var envelope = (AddressedEnvelope<?, ?>) msg;
        return new DefaultAddressedEnvelope<>(envelope.content(), recipient, envelope.sender());
    }
}
