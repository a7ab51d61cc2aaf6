package dev.onehop.http.apache;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Answers the one lookup of a dial with the address that the attempt goes to. An address that is not resolved, which is a
 * fallback's, is looked up by the client's own resolver.
 *
 * <p>Immutable.
 */
record OneAddress(InetSocketAddress address, DnsResolver others) implements DnsResolver {

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        return address.isUnresolved() ? others.resolve(address.getHostString(), port) : List.of(address);
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return address.isUnresolved()
                ? others.resolve(address.getHostString())
                : new InetAddress[] {address.getAddress()};
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return others.resolveCanonicalHostname(host);
    }
}
