package dev.onehop.http.reactor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * An address that stands for whichever pod the call picks when it is dialled. It has the name and port that were asked
 * for; its IP address is nobody's.
 *
 * <p>Immutable.
 */
final class PodTurn extends InetSocketAddress {

    private static final long serialVersionUID = 1L;

    /** Reserved (RFC 1112): a connect that slipped past our handler reaches nobody. */
    private static final byte[] NOBODY = {(byte) 240, 0, 0, 1};

    private final transient InetSocketAddress asked;
    private final transient PodCall call;

    PodTurn(InetSocketAddress asked, PodCall call) {
        super(nobody(asked.getHostString()), asked.getPort());
        this.asked = asked;
        this.call = call;
    }

    private static InetAddress nobody(String name) {
        try {
            return InetAddress.getByAddress(name, NOBODY);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 bytes by construction", impossible);
        }
    }

    /** What the caller wants to connect to. */
    InetSocketAddress asked() {
        return asked;
    }

    /** Whose turn it is. */
    PodCall call() {
        return call;
    }
}
