package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses no pod may have are never dialled (R47, S-01). */
class AddressPolicyTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, unspecified",
        "0.1.2.3, unspecified",
        "0.255.255.255, unspecified",
        "127.0.0.0, loopback",
        "127.0.0.1, loopback",
        "127.255.255.255, loopback",
        "169.254.0.0, link-local",
        "169.254.169.254, link-local",
        "169.254.20.10, link-local",
        "169.254.255.255, link-local",
        "224.0.0.0, multicast",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "240.0.0.0, reserved",
        "250.1.2.3, reserved",
        "255.255.255.254, reserved",
        "255.255.255.255, broadcast",
        "168.63.129.16, cloud metadata",
        "100.100.100.200, cloud metadata",
        "::, unspecified",
        "::1, loopback",
        "::2, IPv4-compatible",
        "::127.0.0.1, IPv4-compatible",
        "::169.254.169.254, IPv4-compatible",
        "fe80::1, link-local",
        "fe80::, link-local",
        "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff, link-local",
        "ff00::, multicast",
        "ff02::1, multicast",
        "ff0e::1, multicast",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, multicast",
        "fd00:ec2::254, cloud metadata",
    })
    void s01_specialAddressesAreRefused(String address, String objection) {
        assertThat(AddressPolicy.strict().objection(IpAddress.parse(address))).contains(objection);
    }

    @ParameterizedTest
    @CsvSource({
        "::ffff:127.0.0.1, loopback",
        "::ffff:169.254.169.254, link-local",
        "::ffff:a9fe:a9fe, link-local",
        "::ffff:0.0.0.0, unspecified",
        "0127.0.0.1, loopback",
        "0169.0254.169.254, link-local",
    })
    void s01_disguisesDoNotHelp(String address, String objection) {
        assertThat(AddressPolicy.strict().objection(IpAddress.parse(address))).contains(objection);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.199",
                "126.255.255.255",
                "128.0.0.0",
                "168.63.129.15",
                "169.253.255.255",
                "169.255.0.0",
                "172.16.0.1",
                "192.168.0.1",
                "198.18.0.1",
                "223.255.255.255",
                "::ffff:10.0.0.1",
                "0:0:0:0:0:1::",
                "64:ff9b::a00:1",
                "2001:db8::1",
                "fc00::1",
                "fd00::1",
                "fd00:ec2::253",
                "fe7f::1",
                "fec0::1",
                "feff::1",
            })
    void ordinaryAddressesMayBeDialled(String address) {
        assertThat(AddressPolicy.strict().objection(IpAddress.parse(address))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    void s03_loopbackIsAllowedByCodeAlone(String address) {
        assertThat(AddressPolicy.allowingLoopback().objection(IpAddress.parse(address)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "169.254.169.254", "224.0.0.1", "::", "fe80::1", "::127.0.0.1"})
    void s03_allowingLoopbackAllowsNothingElse(String address) {
        assertThat(AddressPolicy.allowingLoopback().objection(IpAddress.parse(address)))
                .isPresent();
    }

    @Test
    void anEmptyNodeNameIsAnUnknownNode() {
        assertThat(new ClientLocation("", "").node()).isNull();
        assertThat(new ClientLocation("", "").zone()).isEmpty();
        assertThat(ClientLocation.unknown().node()).isNull();
    }
}
