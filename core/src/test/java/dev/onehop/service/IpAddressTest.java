package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Literals are read as Go's ParseIPSloppy reads them (R14), and nothing else is an address (S-04). */
class IpAddressTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "010.0.0.1, 10.0.0.1",
        "010.001.010.099, 10.1.10.99",
        "000000010.0.0.0000001, 10.0.0.1",
        "09.08.0.1, 9.8.0.1",
    })
    void r14_ipv4WithLeadingZerosIsDecimal(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
        assertThat(IpAddress.parse(text).family()).isEqualTo(AddressFamily.IPV4);
    }

    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "1::2, 1::2",
        "FD00::ABCD, fd00::abcd",
        "fd00:0:0:0:0:0:0:1, fd00::1",
        "fd00:0000:0000:0000:0000:0000:0000:0001, fd00::1",
        "fd00::00001, fd00::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "0:0:3:4:5:6:0:0, ::3:4:5:6:0:0",
        "1:0:0:4:5:6:0:0, 1::4:5:6:0:0",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "64:ff9b::1.2.3.4, 64:ff9b::102:304",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
        "::1.2.3.4, ::102:304",
        "fd00::010.0.0.1, fd00::a00:1",
        "::fffe:1.2.3.4, ::fffe:102:304",
    })
    void r14_ipv6IsCanonicalAsInRfc5952(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
        assertThat(IpAddress.parse(text).family()).isEqualTo(AddressFamily.IPV6);
        assertThat(IpAddress.parse(canonical)).isEqualTo(IpAddress.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"::ffff:1.2.3.4", "::FFFF:1.2.3.4", "::ffff:102:304", "0:0:0:0:0:ffff:0102:0304", "1.2.3.4"})
    void r14_anIpv4AddressMappedIntoIpv6IsIpv4(String text) {
        assertThat(IpAddress.parse(text)).hasToString("1.2.3.4").isEqualTo(IpAddress.parse("1.2.3.4"));
        assertThat(IpAddress.parse(text).family()).isEqualTo(AddressFamily.IPV4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                ":",
                "...",
                "127.1",
                "1.2.3",
                "1.2.3.",
                "1.2.3.4.",
                ".1.2.3.4",
                "1..2.3",
                "1.2.3.4.5",
                "2130706433",
                "0x7f.1",
                "0x7f.0.0.1",
                "0177.0.0.0x1",
                "256.0.0.1",
                "1.2.3.256",
                "1.2.3.99999999999",
                "-1.2.3.4",
                "+1.2.3.4",
                "1.2.3.4a",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2. 3.4",
                "1.2.3.4\n",
                "1.2.3.4\u0000",
                "1.2.3.4/32",
                "1.2.3.4:80",
                "1,2,3,4",
                "\u0661.\u0662.\u0663.\u0664",
                "\uff11.2.3.4",
                "fd00::\uff11",
                "localhost",
                "db.example.com",
                "deadbeef",
                ":::",
                ":1",
                "1:",
                "1:2",
                ":1::2",
                "1::2:",
                "1:::2",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8:",
                ":1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4::5:6:7:8",
                "12345::",
                "fffff::1",
                "g::1",
                "::g",
                "fe80::1%eth0",
                "fe80::1%",
                "[::1]",
                "[::1",
                "::1]",
                "::1/128",
                ":: 1",
                "::1 ",
                " ::1",
                "::1.2.3",
                "::1.2.3.4.5",
                "::1.2.3.256",
                "::1.2.3.4:5",
                "::1.2.3.4:",
                "::1.2.3.4::",
                "::a.2.3.4",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1:2:3:4:5:1.2.3.4",
                "1:2:3:4:5:6::1.2.3.4",
                "0x1::",
                "-1::",
                "::-1",
                "0000000000000000000000000000000000000000000010.0.0.1",
            })
    void s04_whatIsNoLiteralIsNoAddress(String text) {
        assertThat(IpAddress.parse(text)).isNull();
    }

    @Test
    void r14_ipv4TextsAreThoseOfTheJdk() throws UnknownHostException {
        var random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[4];
            random.nextBytes(bytes);
            InetAddress expected = InetAddress.getByAddress(bytes);

            IpAddress parsed = IpAddress.parse(expected.getHostAddress());

            assertThat(parsed).isEqualTo(IpAddress.of(expected)).hasToString(expected.getHostAddress());
            assertThat(parsed.named("pod").getAddress()).isEqualTo(bytes);
        }
    }

    @Test
    void r14_ipv6TextsMeanTheSameToTheJdkInEveryForm() throws UnknownHostException {
        var random = new Random(6);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = sparse(random);
            InetAddress expected = InetAddress.getByAddress(bytes);
            IpAddress address = IpAddress.of(expected);
            String canonical = address.toString();

            assertThat(InetAddress.getByName(canonical)).isEqualTo(expected);
            assertThat(IpAddress.parse(canonical)).isEqualTo(address).hasSameHashCodeAs(address);
            assertThat(IpAddress.parse(expected.getHostAddress())).isEqualTo(address);
            assertThat(IpAddress.parse(canonical.toUpperCase(Locale.ROOT))).isEqualTo(address);
            if (expected instanceof Inet6Address) {
                assertThat(canonical).isEqualTo(rfc5952(bytes));
                assertThat(IpAddress.parse(withDottedTail(bytes))).isEqualTo(address);
            }
        }
    }

    /** Garbage near literals: whatever we accept, the JDK reads the same way. */
    @Test
    void s04_mutatedLiteralsAreReadAsTheJdkDoesOrNotAtAll() throws UnknownHostException {
        var random = new Random(9);
        String alphabet = "0123456789abcdefF::..%[] ";
        int accepted = 0;
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder(
                    IpAddress.of(InetAddress.getByAddress(sparse(random))).toString());
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                int at = random.nextInt(text.length());
                char edit = alphabet.charAt(random.nextInt(alphabet.length()));
                if (random.nextBoolean()) {
                    text.setCharAt(at, edit);
                } else {
                    text.insert(at, edit);
                }
            }
            IpAddress parsed = IpAddress.parse(text.toString());
            if (parsed != null && text.indexOf(":") >= 0 && !text.toString().matches(".*0\\d+\\..*")) {
                accepted++;
                if (!text.toString().matches(".*[0-9a-fA-F]{5,}.*")) {
                    assertThat(IpAddress.of(InetAddress.getByName(text.toString())))
                            .as("%s", text)
                            .isEqualTo(parsed);
                }
            }
        }
        assertThat(accepted).isGreaterThan(5_000);
    }

    @Test
    void anAddressMappedByTheJdkIsTheIpv4AddressItMaps() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1};

        IpAddress address = IpAddress.of(Inet6Address.getByAddress(null, mapped, -1));

        assertThat(address).isEqualTo(IpAddress.parse("127.0.0.1"));
        assertThat(AddressPolicy.strict().objection(address)).contains("loopback");
    }

    @Test
    void namedKeepsTheHostNameAndAsksNobody() {
        InetAddress v4 = IpAddress.parse("010.0.0.1").named("api.shop.invalid");
        InetAddress v6 = IpAddress.parse("fd00::1").named("api.shop.invalid");

        assertThat(v4).isInstanceOf(Inet4Address.class).hasToString("api.shop.invalid/10.0.0.1");
        assertThat(v6).isInstanceOf(Inet6Address.class);
        assertThat(v6.getHostName()).isEqualTo("api.shop.invalid");
    }

    @Test
    void portsFollowBracketsInIpv6() {
        assertThat(IpAddress.parse("10.0.0.1").withPort(80)).isEqualTo("10.0.0.1:80");
        assertThat(IpAddress.parse("FD00::1").withPort(80)).isEqualTo("[fd00::1]:80");
    }

    @Test
    void allIpv4AddressesOfASubnetHashDifferently() {
        var hashes = new HashSet<Integer>();
        for (int i = 0; i < 65_536; i++) {
            hashes.add(IpAddress.parse("10.1." + i / 256 + "." + i % 256).hashCode());
        }

        assertThat(hashes).hasSize(65_536);
    }

    /** Random bytes with many zero groups, now and then a mapped or compatible IPv4 address. */
    private static byte[] sparse(Random random) {
        byte[] bytes = new byte[16];
        for (int group = 0; group < 8; group++) {
            if (random.nextInt(3) > 0) {
                bytes[2 * group] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
                bytes[2 * group + 1] = (byte) random.nextInt();
            }
        }
        if (random.nextInt(20) == 0) {
            Arrays.fill(bytes, 0, 10, (byte) 0);
            bytes[10] = -1;
            bytes[11] = -1;
        }
        return bytes;
    }

    /** RFC 5952 the long way: write all groups, then shorten the longest, first run of zeros. */
    private static String rfc5952(byte[] bytes) {
        var groups = new ArrayList<String>();
        for (int i = 0; i < 16; i += 2) {
            groups.add(Integer.toHexString((bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff)));
        }
        for (int length = 8; length >= 2; length--) {
            for (int from = 0; from + length <= 8; from++) {
                if (groups.subList(from, from + length).stream().allMatch("0"::equals)) {
                    return String.join(":", groups.subList(0, from)) + "::"
                            + String.join(":", groups.subList(from + length, 8));
                }
            }
        }
        return String.join(":", groups);
    }

    private static String withDottedTail(byte[] bytes) {
        var text = new StringBuilder();
        for (int i = 0; i < 12; i += 2) {
            text.append(Integer.toHexString((bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff)))
                    .append(':');
        }
        for (int i = 12; i < 16; i++) {
            text.append(bytes[i] & 0xff).append(i < 15 ? "." : "");
        }
        return text.toString();
    }
}
