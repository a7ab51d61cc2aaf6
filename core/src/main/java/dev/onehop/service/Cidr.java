package dev.onehop.service;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A network, such as {@code 10.244.0.0/16} or {@code fd00:10:244::/56}. Read strictly, because it is a border: no leading
 * zeros, which others read as octal, no mapped addresses, and no bits beyond the prefix, which would be a typing error.
 *
 * <p>Immutable.
 */
public final class Cidr {

    private final IpAddress base;
    private final int prefix;

    private Cidr(IpAddress base, int prefix) {
        this.base = base;
        this.prefix = prefix;
    }

    /**
     * Reads {@code address/length}.
     *
     * @throws IllegalArgumentException when it is no network
     */
    public static Cidr parse(String text) {
        int slash = Objects.requireNonNull(text, "CIDR").indexOf('/');
        if (slash < 0) {
            throw refused(text, "address/length, such as 10.244.0.0/16");
        }
        String literal = text.substring(0, slash);
        IpAddress base = IpAddress.parse(literal);
        boolean v4 = base != null && base.family() == AddressFamily.IPV4;
        if (base == null || (v4 && !literal.equals(base.toString()))) {
            throw refused(text, "an IPv4 address without leading zeros or an IPv6 address, then /length");
        }
        int prefix = length(text.substring(slash + 1), v4 ? 32 : 128);
        if (prefix < 0) {
            throw refused(text, "a length of 0.." + (v4 ? 32 : 128));
        }
        var network = new Cidr(base, prefix);
        for (int bit = prefix; bit < 8 * base.length(); bit++) {
            if ((base.at(bit / 8) >> (7 - bit % 8) & 1) != 0) {
                throw refused(text, "no bits beyond the first " + prefix);
            }
        }
        return network;
    }

    /** Whether the address, of the same family, is in this network. */
    public boolean contains(IpAddress address) {
        if (address.length() != base.length()) {
            return false;
        }
        int whole = prefix / 8;
        for (int i = 0; i < whole; i++) {
            if (address.at(i) != base.at(i)) {
                return false;
            }
        }
        int rest = prefix % 8;
        return rest == 0 || address.at(whole) >> (8 - rest) == base.at(whole) >> (8 - rest);
    }

    private static int length(String digits, int most) {
        if (!digits.matches("0|[1-9][0-9]{0,2}")) {
            return -1;
        }
        int length = Integer.parseInt(digits);
        return length <= most ? length : -1;
    }

    private static IllegalArgumentException refused(String text, String expected) {
        return new IllegalArgumentException("CIDR: " + Printable.of(text) + " (expected: " + expected + ")");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cidr that && prefix == that.prefix && base.equals(that.base);
    }

    @Override
    public int hashCode() {
        return 31 * base.hashCode() + prefix;
    }

    /** Canonical text. */
    @Override
    public String toString() {
        return base + "/" + prefix;
    }
}
