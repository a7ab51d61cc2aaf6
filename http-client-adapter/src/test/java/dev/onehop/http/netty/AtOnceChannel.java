package dev.onehop.http.netty;

import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.ConnectException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Its connect has ended when it returns, as some transports' may. */
public final class AtOnceChannel extends NioSocketChannel {

    private static final int MOST = 10_000_000;

    @Override
    protected boolean doConnect(SocketAddress remote, @Nullable SocketAddress local) throws Exception {
        boolean connected = javaChannel().connect(remote);
        for (int i = 0; !connected && i < MOST; i++) {
            connected = javaChannel().finishConnect();
        }
        if (!connected) {
            throw new ConnectException("not at once");
        }
        return true;
    }
}
