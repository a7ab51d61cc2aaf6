package dev.onehop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A TLS handshake with the name clients use as SNI and as the name to be verified: a pod's address is no identity (S-07).
 *
 * <p>Immutable.
 */
record TlsCheck(SSLContext context, String serverName) implements Conversation {

    @Override
    public void hold(Socket socket, InetSocketAddress backend) throws IOException {
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, serverName, backend.getPort(), false);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        tls.close();
    }

    @Override
    public IOException late() {
        return new SSLHandshakeException("no handshake in time");
    }

    @Override
    public String toString() {
        return "tls " + serverName;
    }
}
