package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceView;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import dev.onehop.time.ManualTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of its families stands for a Service that has both, and that none stands in for the other (R4). */
class FamilyTest {

    private static final Service IPV6_FIRST = SampleService.builder()
            .clusterIp("fd00:10:96::a")
            .clusterIps(List.of("fd00:10:96::a", "10.96.0.10"))
            .ipFamilies(AddressFamily.IPV6, AddressFamily.IPV4)
            .build();
    private static final EndpointSlice SIX = EndpointSlice.of(
            SampleService.KEY,
            "api-v6",
            AddressFamily.IPV6,
            List.of(new SlicePort("http", Protocol.TCP, 8080)),
            List.of(Endpoint.builder("fd00:10:244::1")
                    .conditions(true, true, false)
                    .build()));

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();

    @ParameterizedTest
    @CsvSource({"IPV4, 10.244.0.1", "IPV6, fd00:10:244:0:0:0:0:1"})
    void r4_thePreferredFamilyIsUsedWhereTheServiceHasIt(AddressFamily preferred, String pod) throws Exception {
        discovery.set(IPV6_FIRST, SampleService.slice("api-v4", 0, 1), SIX);
        try (Onehop onehop = preferring(preferred)) {
            assertThat(dialled(onehop.balancer("api.shop:80"))).isEqualTo(pod);
        }
    }

    @Test
    void r4_aServiceWithoutThePreferredFamilyIsDialledByItsOwn() throws Exception {
        discovery.set(SampleService.service(), SampleService.slice("api-v4", 0, 1));
        try (Onehop onehop = preferring(AddressFamily.IPV6)) {
            assertThat(dialled(onehop.balancer("api.shop:80"))).isEqualTo("10.244.0.1");
        }
    }

    @Test
    void r4_thePreferredFamilyWithoutEndpointsIsRefusedAndNotReplaced() {
        discovery.set(IPV6_FIRST, SIX);
        try (Onehop onehop = preferring(AddressFamily.IPV4)) {
            Balancer api = onehop.balancer("api.shop:80");
            time.run();

            assertThatThrownBy(api::attempt)
                    .isInstanceOf(NoBackendException.class)
                    .hasMessageContaining("no endpoints");
        }
    }

    @Test
    void r4_whereTheServiceCannotBeReadItsSlicesTellWhichFamiliesItHas() throws Exception {
        unreadable(SampleService.slice("api-v4", 0, 1), SIX);
        try (Onehop onehop = preferring(AddressFamily.IPV6)) {
            assertThat(dialled(onehop.balancer("api.shop:80"))).isEqualTo("fd00:10:244:0:0:0:0:1");
        }
    }

    @Test
    void r4_whereItsSlicesHaveOneFamilyOnlyThatIsIt() throws Exception {
        unreadable(SIX);
        try (Onehop onehop = preferring(AddressFamily.IPV4)) {
            assertThat(dialled(onehop.balancer("api.shop:80"))).isEqualTo("fd00:10:244:0:0:0:0:1");
        }
    }

    private void unreadable(EndpointSlice... slices) {
        discovery.set(
                SampleService.KEY,
                new ServiceView.Live(new ServiceDeclaration.Unreadable("forbidden"), List.of(slices)));
    }

    @Test
    void r4_aBalancerMayAskForAFamily() throws Exception {
        discovery.set(IPV6_FIRST, SampleService.slice("api-v4", 0, 1), SIX);
        try (Onehop onehop = preferring(AddressFamily.IPV4)) {
            assertThat(dialled(onehop.balancer("api.shop:80", AddressFamily.IPV6)))
                    .isEqualTo("fd00:10:244:0:0:0:0:1");
            assertThat(dialled(onehop.balancer("api.shop:80"))).isEqualTo("10.244.0.1");
        }
    }

    @Test
    void r4_aFamilyThatTheServiceLacksIsThePlatformsAndNeverTheOther() {
        discovery.set(Service.builder("shop", "localhost4")
                .clusterIp("10.96.0.9")
                .ipFamilies(AddressFamily.IPV4)
                .port("", 80)
                .build());
        try (Onehop onehop = preferring(AddressFamily.IPV4)) {
            Balancer six = onehop.balancer("localhost4.shop:80", AddressFamily.IPV6);
            time.run();

            assertThatThrownBy(six::attempt)
                    .isInstanceOf(NoBackendException.class)
                    .hasMessageContaining("no ClusterIP of this IP family");
        }
    }

    @Test
    void r4_aFallbackStaysInTheFamily() throws Exception {
        discovery.set(IPV6_FIRST, SIX);
        try (Onehop onehop = preferring(AddressFamily.IPV4)) {
            Balancer api = onehop.balancer("api.shop:81");
            time.run();

            assertThat(api.attempt().address().getAddress().getHostAddress()).isEqualTo("10.96.0.10");
        }
    }

    @ParameterizedTest
    @CsvSource({", , IPV4", "false, , IPV4", "true, , IPV6", "system, , ", "TRUE, , IPV6", "true, true, IPV4"})
    void unlessSaidOtherwiseItIsTheFamilyThisJvmWouldDial(String preferIpv6, String ipv4Stack, AddressFamily family) {
        String six = System.getProperty("java.net.preferIPv6Addresses");
        String four = System.getProperty("java.net.preferIPv4Stack");
        try {
            set("java.net.preferIPv6Addresses", preferIpv6);
            set("java.net.preferIPv4Stack", ipv4Stack);
            assertThat(FamilyPreference.ofThisJvm().preferred()).isEqualTo(family);
        } finally {
            set("java.net.preferIPv6Addresses", six);
            set("java.net.preferIPv4Stack", four);
        }
    }

    private static void set(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    private Onehop preferring(AddressFamily family) {
        return Onehop.builder()
                .discovery(discovery)
                .family(family)
                .meshDetection(false)
                .loop(time)
                .build();
    }

    private String dialled(Balancer balancer) throws NoBackendException {
        time.run();
        try (Attempt attempt = balancer.attempt()) {
            return attempt.address().getAddress().getHostAddress();
        }
    }
}
