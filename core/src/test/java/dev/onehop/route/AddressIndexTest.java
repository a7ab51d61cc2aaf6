package dev.onehop.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.Endpoint;
import dev.onehop.service.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressIndexTest {

    /** IPv4 subnets, and IPv6 addresses whose hash codes collide on purpose (31 * third group + fourth). */
    @ParameterizedTest
    @CsvSource({"4, 0", "4, 20000", "16, 0", "16, 20000"})
    void r15_findsAsAMapDoes(int length, int expected) throws UnknownHostException {
        var random = new Random(15);
        List<RoutedEndpoint> endpoints = new ArrayList<>();
        Map<String, Integer> positions = new HashMap<>();
        var index = new AddressIndex(endpoints, expected);

        for (int i = 0; i < 40_000; i++) {
            byte[] bytes = new byte[length];
            bytes[0] = (byte) 0xfd;
            bytes[length == 4 ? 2 : 11] = (byte) random.nextInt(100);
            bytes[length - 1] = (byte) random.nextInt(100);
            IpAddress ip = IpAddress.of(InetAddress.getByAddress(bytes));
            int port = 8080 + random.nextInt(2);

            int found = index.findOrExpect(ip, port);

            assertThat(found).isEqualTo(positions.getOrDefault(ip.withPort(port), -1));
            if (found < 0) {
                positions.put(ip.withPort(port), endpoints.size());
                Endpoint endpoint = Endpoint.builder(ip.toString()).build();
                endpoints.add(RoutedEndpoint.of(endpoint, ip, port, "slice", false));
            }
        }
        assertThat(endpoints).hasSizeGreaterThan(15_000);
    }
}
