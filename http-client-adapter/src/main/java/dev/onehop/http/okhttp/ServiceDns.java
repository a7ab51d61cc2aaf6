package dev.onehop.http.okhttp;

import dev.onehop.Onehop;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Resolves a Service to a {@link Placeholder}, to keep OkHttp from looking it up and from trying pods by itself; all else as
 * the client's own does. OkHttp does not tell the port (443 may be 80), so whether it is one of ours shows at the connect.
 *
 * <p>Shared: safe from any thread.
 */
final class ServiceDns implements Dns {

    private final Onehop onehop;
    private final Dns others;

    ServiceDns(Onehop onehop, Dns others) {
        this.onehop = onehop;
        this.others = others;
    }

    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
        return onehop.mayBeOurs(hostname) ? List.of(Placeholder.of(hostname)) : others.lookup(hostname);
    }

    /** What OkHttp asks first, since 5.5. */
    @Override
    public Dns.Call newCall(Dns.Request request) {
        return onehop.mayBeOurs(request.hostname()) ? Dns.super.newCall(request) : others.newCall(request);
    }
}
