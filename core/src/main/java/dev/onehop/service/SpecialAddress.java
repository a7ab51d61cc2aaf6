package dev.onehop.service;

import org.jspecify.annotations.Nullable;

/**
 * The special ranges a pod never has (IANA special-purpose registries, and the well-known metadata addresses of clouds).
 *
 * <p>Pure functions.
 */
final class SpecialAddress {

    private static final IpAddress AZURE_WIRE_SERVER = literal("168.63.129.16");
    private static final IpAddress ALIBABA_METADATA = literal("100.100.100.200");
    private static final IpAddress AWS_METADATA_V6 = literal("fd00:ec2::254");

    private SpecialAddress() {}

    static @Nullable String v4(IpAddress ip, boolean loopbackAllowed) {
        int first = ip.at(0);
        if (first == 0) {
            return "unspecified";
        }
        if (first == 127) {
            return loopbackAllowed ? null : "loopback";
        }
        if (first == 169 && ip.at(1) == 254) {
            return "link-local";
        }
        if (first >= 224 && first < 240) {
            return "multicast";
        }
        if (first >= 240) {
            return ip.at(1) == 255 && ip.at(2) == 255 && ip.at(3) == 255 && first == 255 ? "broadcast" : "reserved";
        }
        return ip.equals(AZURE_WIRE_SERVER) || ip.equals(ALIBABA_METADATA) ? "cloud metadata" : null;
    }

    static @Nullable String v6(IpAddress ip, boolean loopbackAllowed) {
        if (ip.at(0) == 0xff) {
            return "multicast";
        }
        if (ip.at(0) == 0xfe && (ip.at(1) & 0xc0) == 0x80) {
            return "link-local";
        }
        if (ip.equals(AWS_METADATA_V6)) {
            return "cloud metadata";
        }
        for (int i = 0; i < 12; i++) {
            if (ip.at(i) != 0) {
                return null;
            }
        }
        if (ip.at(12) == 0 && ip.at(13) == 0 && ip.at(14) == 0) {
            if (ip.at(15) == 0) {
                return "unspecified";
            }
            if (ip.at(15) == 1) {
                return loopbackAllowed ? null : "loopback";
            }
        }
        return "IPv4-compatible";
    }

    private static IpAddress literal(String text) {
        IpAddress address = IpAddress.parse(text);
        if (address == null) {
            throw new AssertionError(text);
        }
        return address;
    }
}
