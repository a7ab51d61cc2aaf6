package dev.onehop.service;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as kube-proxy reads one: {@code netutils.ParseIPSloppy} in, canonical text out (R14). Leading zeros are
 * decimal, so {@code 010.1.2.3} is {@code 10.1.2.3}. A text that is no literal is refused here and never reaches a
 * resolver: nothing in this class asks DNS.
 *
 * <p>Immutable. Equal when the bytes are equal.
 */
public final class IpAddress {

    private final byte[] bytes;
    private final int hash;
    private @Nullable String text;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
        this.hash = hash(bytes);
    }

    /**
     * Reads an IPv4 or IPv6 literal. {@code ::ffff:a.b.c.d} is the IPv4 address it maps, as in Go.
     *
     * @return null when {@code text} is not a literal: a name, a zone id, brackets, blanks, short forms such as
     *     {@code 127.1}
     */
    public static @Nullable IpAddress parse(String text) {
        byte[] bytes = IpLiteral.parse(text);
        return bytes == null ? null : new IpAddress(bytes);
    }

    /** The same address; an {@link java.net.Inet6Address} that maps an IPv4 one is that IPv4 address here. */
    public static IpAddress of(InetAddress address) {
        return new IpAddress(IpLiteral.unmapped(address.getAddress()));
    }

    public AddressFamily family() {
        return bytes.length == 4 ? AddressFamily.IPV4 : AddressFamily.IPV6;
    }

    /** The {@link InetAddress} with these bytes and {@code hostName} as its name, made without a lookup. */
    public InetAddress named(String hostName) {
        try {
            return InetAddress.getByAddress(hostName, bytes);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 or 16 bytes by construction: " + this, impossible);
        }
    }

    /** The byte at {@code index}, 0..255. */
    int at(int index) {
        return bytes[index] & 0xff;
    }

    int length() {
        return bytes.length;
    }

    /** {@code ip:port}, with brackets round IPv6. */
    public String withPort(int port) {
        return bytes.length == 4 ? this + ":" + port : "[" + this + "]:" + port;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Canonical text: dotted decimal, or lower-case compressed IPv6 (RFC 5952). */
    @Override
    public String toString() {
        String known = text; // a benign race: every thread computes the same text
        if (known == null) {
            known = IpLiteral.format(bytes);
            text = known;
        }
        return known;
    }

    /**
     * Groups of four bytes, so that all IPv4 addresses differ: with {@link Arrays#hashCode(byte[])} the pods of a subnet
     * would share a few hundred values among thousands.
     */
    private static int hash(byte[] bytes) {
        int hash = 0;
        for (int i = 0; i < bytes.length; i += 4) {
            int group =
                    bytes[i] << 24 | (bytes[i + 1] & 0xff) << 16 | (bytes[i + 2] & 0xff) << 8 | (bytes[i + 3] & 0xff);
            hash = 31 * hash + group;
        }
        return hash;
    }
}
