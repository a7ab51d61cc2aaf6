package dev.onehop.service;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be dialled at all. Loopback, link-local, multicast, unspecified, broadcast, reserved and cloud
 * metadata addresses are refused, so that whoever can write an EndpointSlice cannot point us at ourselves or at the
 * machine's own services (R47; reliability S-01). Loopback can be allowed in code, for tests and demos; no environment
 * variable or system property does it (S-03). Whoever knows the networks that pods are in can allow only those (S-02).
 *
 * <p>Immutable.
 *
 * @param loopbackAllowed whether 127.0.0.0/8 and ::1 may be dialled
 * @param allowedCidrs the networks of which an address has to be in one; empty for all there are
 */
public record AddressPolicy(boolean loopbackAllowed, List<Cidr> allowedCidrs) {

    public AddressPolicy {
        allowedCidrs = List.copyOf(allowedCidrs);
    }

    /** Refuses every special address. */
    public static AddressPolicy strict() {
        return new AddressPolicy(false, List.of());
    }

    /** {@link #strict()} except that loopback pods may be dialled: for tests and demos on one machine. */
    public static AddressPolicy allowingLoopback() {
        return new AddressPolicy(true, List.of());
    }

    /**
     * This policy, and of what it allows only what is in one of these networks, instead of any named before (S-02): those
     * that pods are in, and where pods share their node's network, nodes. Special addresses stay refused, whatever the
     * networks hold; addresses of a family without a network are refused.
     *
     * @param cidrs such as {@code 10.244.0.0/16} and {@code fd00:10:244::/56}; at least one
     * @throws IllegalArgumentException when there is none, or one is no network
     */
    public AddressPolicy withAllowedCidrs(String... cidrs) {
        if (cidrs.length == 0) {
            throw new IllegalArgumentException("allowedCidrs: none (expected: at least one, such as 10.244.0.0/16)");
        }
        return new AddressPolicy(
                loopbackAllowed, Arrays.stream(cidrs).map(Cidr::parse).toList());
    }

    /** What is wrong with {@code address}, in a few words, or empty when it may be dialled. */
    public Optional<String> objection(IpAddress address) {
        String special = special(address);
        return special == null && isOutside(address)
                ? Optional.of("outside the allowed networks")
                : Optional.ofNullable(special);
    }

    /** Whether the address is in none of the networks that are allowed; never when there are none. */
    public boolean isOutside(IpAddress address) {
        return !allowedCidrs.isEmpty() && allowedCidrs.stream().noneMatch(cidr -> cidr.contains(address));
    }

    /** Whether the address is one that no pod may have. */
    public boolean isSpecial(IpAddress address) {
        return special(address) != null;
    }

    private @Nullable String special(IpAddress address) {
        return address.family() == AddressFamily.IPV4
                ? SpecialAddress.v4(address, loopbackAllowed)
                : SpecialAddress.v6(address, loopbackAllowed);
    }
}
