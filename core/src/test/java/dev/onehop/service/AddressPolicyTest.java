package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses no pod may have are never dialled (R47, S-01), nor those outside the networks that are allowed (S-02). */
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

    @ParameterizedTest
    @CsvSource({
        "10.244.0.0, true",
        "10.244.255.255, true",
        "::ffff:10.244.0.1, true",
        "10.243.255.255, false",
        "10.245.0.0, false",
        "192.168.7.95, false",
        "192.168.7.96, true",
        "192.168.7.127, true",
        "192.168.7.128, false",
        "172.16.3.4, true",
        "172.16.3.5, false",
        "fd00:10:244::1, true",
        "fd00:10:244:ff:ffff:ffff:ffff:ffff, true",
        "fd00:10:244:100::, false",
        "fd00:10:243:ff::, false",
        "::10.244.0.1, false",
    })
    void s02_onlyTheAllowedNetworksAreDialled(String address, boolean allowed) {
        AddressPolicy policy = AddressPolicy.strict()
                .withAllowedCidrs("10.244.0.0/16", "192.168.7.96/27", "172.16.3.4/32", "fd00:10:244::/56");

        assertThat(policy.objection(IpAddress.parse(address)).isEmpty()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, outside the allowed networks",
        "fd00::1, outside the allowed networks",
        "169.254.169.254, link-local",
        "127.0.0.1, loopback",
    })
    void s02_whatIsRefusedIsRefusedWithItsReason(String address, String objection) {
        AddressPolicy policy = AddressPolicy.strict().withAllowedCidrs("169.254.0.0/16", "127.0.0.0/8");

        assertThat(policy.objection(IpAddress.parse(address))).contains(objection);
    }

    @Test
    void s02_theWholeOfOneFamilyIsNothingOfTheOther() {
        AddressPolicy policy = AddressPolicy.strict().withAllowedCidrs("0.0.0.0/0");

        assertThat(policy.objection(IpAddress.parse("10.0.0.1"))).isEmpty();
        assertThat(policy.objection(IpAddress.parse("169.254.169.254"))).contains("link-local");
        assertThat(policy.objection(IpAddress.parse("fd00::1"))).contains("outside the allowed networks");
        assertThat(AddressPolicy.strict().withAllowedCidrs("::/0").objection(IpAddress.parse("fd00::1")))
                .isEmpty();
    }

    @Test
    void s02_aPolicyIsNotChangedByWhatIsMadeOfIt() {
        AddressPolicy strict = AddressPolicy.strict();
        AddressPolicy narrow = strict.withAllowedCidrs("10.0.0.0/8");

        assertThat(strict.objection(IpAddress.parse("192.168.0.1"))).isEmpty();
        assertThat(narrow.withAllowedCidrs("192.168.0.0/16").objection(IpAddress.parse("10.0.0.1")))
                .isPresent();
        assertThat(AddressPolicy.allowingLoopback()
                        .withAllowedCidrs("127.0.0.0/8")
                        .objection(IpAddress.parse("127.0.0.1")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.0 | address/length",
                "'' | address/length",
                "/8 | an IPv4 address",
                "10.0.0/8 | an IPv4 address",
                "010.0.0.0/8 | an IPv4 address without leading zeros",
                "pods.example/8 | an IPv4 address",
                "' 10.0.0.0/8' | an IPv4 address",
                "::ffff:10.0.0.0/104 | an IPv4 address",
                "fe80::%eth0/64 | an IPv4 address",
                "[fd00::]/8 | an IPv4 address",
                "10.0.0.0/ | a length of 0..32",
                "10.0.0.0/33 | a length of 0..32",
                "10.0.0.0/-1 | a length of 0..32",
                "10.0.0.0/+8 | a length of 0..32",
                "10.0.0.0/08 | a length of 0..32",
                "10.0.0.0/8/8 | a length of 0..32",
                "10.0.0.0/99999999999 | a length of 0..32",
                "10.0.0.0/255.0.0.0 | a length of 0..32",
                "fd00::/129 | a length of 0..128",
                "10.0.0.1/8 | no bits beyond the first 8",
                "10.244.0.0/13 | no bits beyond the first 13",
                "fd00::1/127 | no bits beyond the first 127",
            })
    void s02_whatIsNoNetworkIsRefusedAtOnce(String cidr, String expectation) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressPolicy.strict().withAllowedCidrs("10.0.0.0/8", cidr))
                .withMessageStartingWith("CIDR: " + cidr + " (expected: ")
                .withMessageContaining(expectation);
    }

    @Test
    void s02_noNetworkAtAllIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressPolicy.strict().withAllowedCidrs())
                .withMessage("allowedCidrs: none (expected: at least one, such as 10.244.0.0/16)");
    }

    @Test
    void anEmptyNodeNameIsAnUnknownNode() {
        assertThat(new ClientLocation("", "").node()).isNull();
        assertThat(new ClientLocation("", "").zone()).isEmpty();
        assertThat(ClientLocation.unknown().node()).isNull();
    }
}
