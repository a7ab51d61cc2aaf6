package dev.onehop.http.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connected {@link SSLSocket} that asks another one, for all that OkHttp, its interceptors and listeners may ask.
 *
 * <p>Shared: safe from any thread, as {@link SSLSocket} is.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket that is asked has locks of its own
abstract class ForwardingSslSocket extends SSLSocket {

    abstract SSLSocket asked();

    @Override
    public SSLSession getSession() {
        return asked().getSession();
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return asked().getHandshakeSession();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return asked().getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
        asked().setSSLParameters(parameters);
    }

    @Override
    public @Nullable String getApplicationProtocol() {
        return asked().getApplicationProtocol();
    }

    @Override
    public @Nullable String getHandshakeApplicationProtocol() {
        return asked().getHandshakeApplicationProtocol();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return asked().getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return asked().getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        asked().setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return asked().getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return asked().getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        asked().setEnabledProtocols(protocols);
    }

    @Override
    public void addHandshakeCompletedListener(HandshakeCompletedListener listener) {
        asked().addHandshakeCompletedListener(listener);
    }

    @Override
    public void removeHandshakeCompletedListener(HandshakeCompletedListener listener) {
        asked().removeHandshakeCompletedListener(listener);
    }

    @Override
    public void setUseClientMode(boolean mode) {
        asked().setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
        return asked().getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        asked().setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
        return asked().getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
        asked().setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
        return asked().getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean may) {
        asked().setEnableSessionCreation(may);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return asked().getEnableSessionCreation();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        asked().setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return asked().getSoTimeout();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        asked().setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return asked().getTcpNoDelay();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        asked().setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return asked().getKeepAlive();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return asked().getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return asked().getLocalAddress();
    }

    @Override
    public int getPort() {
        return asked().getPort();
    }

    @Override
    public int getLocalPort() {
        return asked().getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return asked().getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return asked().getLocalSocketAddress();
    }

    @Override
    public void shutdownInput() throws IOException {
        asked().shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        asked().shutdownOutput();
    }

    @Override
    public boolean isInputShutdown() {
        return asked().isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return asked().isOutputShutdown();
    }

    @Override
    public boolean isConnected() {
        return asked().isConnected();
    }

    @Override
    public boolean isBound() {
        return asked().isBound();
    }

    @Override
    public String toString() {
        return asked().toString();
    }
}
