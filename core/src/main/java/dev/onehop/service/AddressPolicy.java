package dev.onehop.service;

import java.util.Optional;

/**
 * Which addresses may be dialled at all. Loopback, link-local, multicast, unspecified, broadcast, reserved and cloud
 * metadata addresses are refused, so that whoever can write an EndpointSlice cannot point us at ourselves or at the
 * machine's own services (R47; reliability S-01). Loopback can be allowed in code, for tests and demos; no environment
 * variable or system property does it (S-03).
 *
 * <p>Immutable.
 *
 * @param loopbackAllowed whether 127.0.0.0/8 and ::1 may be dialled
 */
public record AddressPolicy(boolean loopbackAllowed) {

    /** Refuses every special address. */
    public static AddressPolicy strict() {
        return new AddressPolicy(false);
    }

    /** {@link #strict()} except that loopback pods may be dialled: for tests and demos on one machine. */
    public static AddressPolicy allowingLoopback() {
        return new AddressPolicy(true);
    }

    /** What is special about {@code address}, in one or two words, or empty when it may be dialled. */
    public Optional<String> objection(IpAddress address) {
        return Optional.ofNullable(
                address.family() == AddressFamily.IPV4
                        ? SpecialAddress.v4(address, loopbackAllowed)
                        : SpecialAddress.v6(address, loopbackAllowed));
    }
}
