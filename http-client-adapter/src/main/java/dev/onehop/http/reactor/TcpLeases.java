package dev.onehop.http.reactor;

import dev.onehop.Attempt;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Optional;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;

/**
 * Takes the time from when a connection is given to its user to when it goes back to the pool, or ends, for one exchange.
 *
 * <p>Shared: safe from any thread; a channel's states follow one another.
 */
final class TcpLeases implements ConnectionObserver {

    private static final AttributeKey<Optional<Attempt>> LEASE = AttributeKey.valueOf(TcpLeases.class, "lease");

    @Override
    public void onStateChange(Connection connection, State state) {
        Channel channel = connection.channel();
        PodConnection pod = PodConnection.behind(channel);
        if (pod == null) {
            return;
        }
        if (state == State.CONFIGURED && channel.attr(LEASE).get() == null) {
            channel.attr(LEASE).set(Optional.ofNullable(pod.begin()));
        } else if (state == State.DISCONNECTING || state == State.RELEASED) {
            Optional<Attempt> lease = channel.attr(LEASE).getAndSet(null);
            if (lease != null) {
                lease.ifPresent(Attempt::close);
                pod.ended();
            }
        }
    }
}
