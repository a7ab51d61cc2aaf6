package dev.onehop.http.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Socket} that asks another one, which may change until it is connected. What is set before counts for all of
 * them.
 *
 * <p>Shared: safe from any thread, as {@link Socket} is.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket that is asked has locks of its own
abstract class ForwardingSocket extends Socket {

    /** The socket that is asked: the connected one, or one that only answers what its defaults are. */
    abstract Socket asked();

    /** Sets something on the socket that is, and on those to come. */
    abstract void set(String name, SocketSettings.Setting setting) throws IOException;

    private void option(String name, SocketSettings.Setting setting) throws SocketException {
        try {
            set(name, setting);
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw (SocketException) new SocketException(String.valueOf(e.getMessage())).initCause(e);
        }
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        set("bind", socket -> socket.bind(local));
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        set("option " + name.name(), socket -> socket.setOption(name, value));
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return asked().getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return asked().supportedOptions();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        option("tcpNoDelay", socket -> socket.setTcpNoDelay(on));
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return asked().getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        option("soLinger", socket -> socket.setSoLinger(on, seconds));
    }

    @Override
    public int getSoLinger() throws SocketException {
        return asked().getSoLinger();
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        option("oobInline", socket -> socket.setOOBInline(on));
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return asked().getOOBInline();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        option("soTimeout", socket -> socket.setSoTimeout(millis));
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return asked().getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        option("sendBufferSize", socket -> socket.setSendBufferSize(bytes));
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return asked().getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        option("receiveBufferSize", socket -> socket.setReceiveBufferSize(bytes));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return asked().getReceiveBufferSize();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        option("keepAlive", socket -> socket.setKeepAlive(on));
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return asked().getKeepAlive();
    }

    @Override
    public void setTrafficClass(int octet) throws SocketException {
        option("trafficClass", socket -> socket.setTrafficClass(octet));
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return asked().getTrafficClass();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        option("reuseAddress", socket -> socket.setReuseAddress(on));
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return asked().getReuseAddress();
    }

    @Override
    public void sendUrgentData(int octet) throws IOException {
        asked().sendUrgentData(octet);
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
    public @Nullable SocketChannel getChannel() {
        return null;
    }

    @Override
    public boolean isBound() {
        return asked().isBound();
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
}
