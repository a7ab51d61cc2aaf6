package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.HeldConnection;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A channel to a pod, from when it stands until it is closed. The attempt that it was made by is the whole of what is said
 * on it, unless the user's protocol takes it for a first exchange and ends it.
 *
 * <p>Serial: on its channel's event loop, but for {@link #retired} and {@link #close}.
 */
final class PodChannel implements HeldConnection.Closing, AutoCloseable {

    private final Attempt made;
    private final Channel channel;
    private final HeldConnection held;

    private PodChannel(Attempt made, Channel channel) {
        this.made = made;
        this.channel = channel;
        this.held = made.hold(this);
    }

    /** The channel that {@code attempt} has connected; {@code tls} is its handler if it speaks TLS. */
    static PodChannel of(Attempt attempt, Channel channel, @Nullable SslHandler tls) {
        var pod = new PodChannel(attempt, channel);
        channel.attr(OnehopBootstrap.HELD).set(pod.held);
        var talk = new PodTalk(pod);
        var words = new FirstWords(talk);
        if (tls == null) {
            channel.pipeline().addFirst("onehop.words", words);
        } else {
            channel.pipeline().addAfter(channel.pipeline().context(tls).name(), "onehop.words", words);
        }
        channel.pipeline().addAfter("onehop.words", "onehop.talk", talk);
        return pod;
    }

    Channel channel() {
        return channel;
    }

    /** What its attempt ends with, unless it has ended. */
    Attempt made() {
        return made;
    }

    /** It is closed, and its attempt has been ended. */
    void gone() {
        held.gone();
    }

    /** From any thread: it is in use, and no other exchange is to begin. */
    @Override
    public void retired() {
        try {
            channel.eventLoop()
                    .execute(() -> channel.pipeline().fireUserEventTriggered(ConnectionRetiredEvent.INSTANCE));
        } catch (RejectedExecutionException shutDown) {
            // its channels are closed
        }
    }

    /** From any thread: it is idle, or nobody wants it. */
    @Override
    public void close() {
        var unused = channel.close();
    }
}
