package dev.onehop.http.netty.dial;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;

/**
 * An address that stands for whichever pod the call picks when it is dialled. It has the name and port that were asked
 * for; its IP address is nobody's.
 *
 * <p>Immutable.
 */
public final class PodTurn extends InetSocketAddress {

    private static final long serialVersionUID = 1L;

    /** Reserved (RFC 1112): a connect that slipped past our handler reaches nobody. */
    private static final byte[] NOBODY = {(byte) 240, 0, 0, 1};

    private final transient InetSocketAddress asked;
    private final transient Supplier<? extends PodCall> call;

    /** @param call asked for when it is dialled */
    public PodTurn(InetSocketAddress asked, Supplier<? extends PodCall> call) {
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
    public InetSocketAddress asked() {
        return asked;
    }

    /** Whose turn it is. */
    PodCall call() {
        return call.get();
    }
}
