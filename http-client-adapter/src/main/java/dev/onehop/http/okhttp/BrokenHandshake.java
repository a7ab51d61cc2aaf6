package dev.onehop.http.okhttp;

import java.io.IOException;
import javax.net.ssl.SSLHandshakeException;

/** A handshake that stalled or broke down by whatever exception: to Onehop, a dial that failed by its handshake. */
final class BrokenHandshake extends SSLHandshakeException {

    private static final long serialVersionUID = 1L;

    BrokenHandshake(IOException was) {
        super(was.getMessage());
        initCause(was);
    }
}
