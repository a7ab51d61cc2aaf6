package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceAddressTest {

    @ParameterizedTest
    @CsvSource({
        "api:80, api, ",
        "api.shop:80, api, shop",
        "api.shop.svc:80, api, shop",
        "api.shop.svc.cluster.local:80, api, shop",
        "api.shop.svc.cluster.local.:80, api, shop",
        "API.Shop.SVC.Cluster.Local:80, api, shop",
        "10-1-0-11.shop:80, 10-1-0-11, shop",
    })
    void readsEveryFormOfAName(String text, String service, String namespace) {
        var address = ServiceAddress.parse(text, "cluster.local");

        assertThat(address.service()).isEqualTo(service);
        assertThat(address.namespace()).isEqualTo(Optional.ofNullable(namespace));
        assertThat(address.port()).isEqualTo(new PortRef.Numbered(80));
        assertThat(address.protocol()).isEqualTo(Protocol.TCP);
    }

    @Test
    void readsPortNamesAndProtocols() {
        var address = ServiceAddress.parse("dns.kube:dns/udp", "cluster.local");

        assertThat(address.port()).isEqualTo(new PortRef.Named("dns"));
        assertThat(address.protocol()).isEqualTo(Protocol.UDP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api",
                "api.shop",
                ":80",
                "api:",
                "api:0",
                "api:70000",
                "api:-1",
                "api:99999999999",
                "api:80/QUIC",
                "a b:80",
                "api_x:80",
                "-api:80",
                "api.shop.svc.other.domain:80",
                "api.:80",
                "api.shop.:80",
                "api..shop:80",
                "10.0.0.1:80",
                "[::1]:80",
                "localhost:80",
                "http://api:80",
                ""
            })
    void refusesWhatIsNoServicePortNamingWhatItGot(String text) {
        assertThatThrownBy(() -> ServiceAddress.parse(text, "cluster.local"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("expected");
    }

    @Test
    void controlCharactersAreNotEchoed() {
        assertThatThrownBy(() -> ServiceAddress.parse("api\u001b[31m\n:80", "cluster.local"))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(
                        e -> assertThat(e.getMessage()).doesNotContain("\u001b").doesNotContain("\n"));
    }
}
