package dev.onehop.http.okhttp;

import java.io.IOException;
import java.net.ProtocolException;

/** A stream that was refused a second time: OkHttp is not to send it a third time, which it does not after this one. */
final class RefusedAgain extends ProtocolException {

    private static final long serialVersionUID = 1L;

    RefusedAgain(IOException was) {
        super(was.getMessage());
        initCause(was);
    }
}
