package dev.onehop.http.netty;

/**
 * The user event of a channel of {@link OnehopBootstrap} that is in use when its pod leaves, or when it had better go
 * elsewhere for another of the reasons in {@link dev.onehop.Retirement}: end what is under way, begin nothing else, close.
 * Fired once at most. Nobody has to follow it: the channel is not closed by Onehop as long as it is in use.
 *
 * <p>Immutable.
 */
public final class ConnectionRetiredEvent {

    /** The one there is. */
    public static final ConnectionRetiredEvent INSTANCE = new ConnectionRetiredEvent();

    private ConnectionRetiredEvent() {}

    @Override
    public String toString() {
        return "ConnectionRetiredEvent";
    }
}
