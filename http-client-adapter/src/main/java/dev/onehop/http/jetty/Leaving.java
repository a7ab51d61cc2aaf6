package dev.onehop.http.jetty;

import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.io.Connection;

/**
 * Whether the pod at the other end has said that it takes no more streams (GOAWAY, RFC 9113 6.8), after which Jetty, too, ends
 * what is under way. Over HTTP/1.1 it never says so.
 *
 * <p>Shared: safe from any thread.
 */
class Leaving {

    static final Leaving NEVER = new Leaving();

    private Leaving() {}

    /**
     * @param connection one that has just been made, of whatever protocol
     * @param below what is known of the connections which this one is spoken over
     */
    static Leaving of(Connection connection, Leaving below) {
        // HTTP/2's classes need not be there
        return connection.getClass().getName().startsWith("org.eclipse.jetty.http2.")
                ? OverHttp2.heardOn(connection)
                : below;
    }

    boolean isSaid() {
        return false;
    }

    private static final class OverHttp2 extends Leaving implements HTTP2Session.FrameListener {

        private volatile boolean said;

        static Leaving heardOn(Connection connection) {
            var leaving = new OverHttp2();
            if (connection instanceof HTTP2Connection http2) {
                http2.getSession().addEventListener(leaving);
            }
            return leaving;
        }

        @Override
        public void onIncomingFrame(Session session, Frame frame) {
            if (frame.getType() == FrameType.GO_AWAY) {
                said = true;
            }
        }

        @Override
        boolean isSaid() {
            return said;
        }
    }
}
