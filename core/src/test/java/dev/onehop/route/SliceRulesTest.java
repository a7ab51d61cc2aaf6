package dev.onehop.route;

import static dev.onehop.route.Given.API;
import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.backends;
import static dev.onehop.route.Given.built;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.ips;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.tcp;
import static dev.onehop.route.Given.verdict;
import static dev.onehop.service.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which slices count and which numbers are dialled: R7-R13. */
class SliceRulesTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"shop,null", "shop,''", "shop,api2", "shop,API", "bank,api"})
    void r7_slicesOfOthersDoNotCount(String namespace, String serviceName) {
        var slice = new EndpointSlice(
                namespace, "api-x", serviceName, false, "IPv4", List.of(HTTP), built(ready("10.0.0.1")), null);

        Route route = service().slice(slice).route();

        assertThat(verdict(route)).isEqualTo("Reject NO_ENDPOINTS R25");
        assertThat(excluded(route)).containsExactly("10.0.0.1 OTHER_SERVICE");
    }

    @Test
    void r7_theSlicesNameDoesNotMatter() {
        var slice = EndpointSlice.of(API, "written-by-hand", List.of(HTTP), built(ready("10.0.0.1")));

        assertThat(ips(service().slice(slice).route())).containsExactly("10.0.0.1");
    }

    @Test
    void r8_headlessSlicesAreSkipped() {
        var headless =
                new EndpointSlice("shop", "api-h", "api", true, "IPv4", List.of(HTTP), built(ready("10.0.0.1")), null);

        Route alone = service().slice(headless).route();
        Route besideAnother = service().slice(headless).slice(ready("10.0.0.2")).route();

        assertThat(verdict(alone)).isEqualTo("Reject NO_ENDPOINTS R25");
        assertThat(ips(besideAnother)).containsExactly("10.0.0.2");
        assertThat(excluded(besideAnother)).containsExactly("10.0.0.1 HEADLESS_SLICE");
    }

    @Test
    void r9_onlySlicesOfTheFamilyCount() {
        Route route = service()
                .slice(ready("10.0.0.1"))
                .slice(IPV6, List.of(HTTP), ready("fd00::1"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route)).containsExactly("fd00::1 OTHER_FAMILY");
    }

    @Test
    void r9_fqdnSlicesAreIgnored() {
        var fqdn = new EndpointSlice(
                "shop", "api-f", "api", false, "FQDN", List.of(HTTP), built(ready("db.example.com")), null);

        Route route = service().slice(fqdn).route();

        assertThat(verdict(route)).isEqualTo("Reject NO_ENDPOINTS R25");
        assertThat(excluded(route)).containsExactly("db.example.com FQDN");
    }

    @Test
    void r9_anAddressOfAnotherFamilyThanItsSliceIsNotUsed() {
        Route route = service().slice(ready("fd00::1"), ready("10.0.0.1")).route();

        assertThat(ips(route)).containsExactly("10.0.0.1");
        assertThat(excluded(route)).containsExactly("fd00::1 OTHER_FAMILY");
    }

    @Test
    void r10_endpointsAreTheUnionOfAllSlices() {
        Route route = service()
                .slice(ready("10.0.0.1"))
                .slice(ready("10.0.0.2"), ready("10.0.0.3"))
                .slice(ready("10.0.0.4"))
                .route();

        assertThat(ips(route)).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4");
    }

    @Test
    void r10_thereIsNoCap() {
        var endpoints = new ArrayList<Endpoint>();
        for (int i = 0; i < 3000; i++) {
            endpoints.add(ready("10." + i / 65536 + "." + i / 256 % 256 + "." + i % 256)
                    .build());
        }

        Route route = service()
                .slice(EndpointSlice.of(API, "big", List.of(HTTP), endpoints))
                .route();

        assertThat(ips(route)).hasSize(3000).doesNotHaveDuplicates();
    }

    @Test
    void r10_thePlaceholderSliceOfAServiceWithoutPodsMeansNoEndpoints() {
        Route route = service().slice(List.of()).route();

        assertThat(verdict(route)).isEqualTo("Reject NO_ENDPOINTS R25");
        assertThat(route.text())
                .isEqualTo("Service shop/api port http has no endpoints (0 ready, 0 not ready, 0 terminating)");
    }

    @Test
    void r10_theOrderOfSlicesDoesNotMatter() {
        var first = EndpointSlice.of(API, "a", List.of(HTTP), built(ready("10.0.0.1")));
        var second = EndpointSlice.of(API, "b", List.of(HTTP), built(ready("10.0.0.2")));

        assertThat(service().slice(second).slice(first).route())
                .isEqualTo(service().slice(first).slice(second).route());
    }

    @ParameterizedTest
    @CsvSource({"HTTP,TCP", "'',TCP", "https,TCP", "http,UDP", "http,SCTP"})
    void r11_nameAndProtocolMustBothMatch(String name, Protocol protocol) {
        Route route = service()
                .slice(List.of(new SlicePort(name, protocol, 8080)), ready("10.0.0.1"))
                .route();

        assertThat(verdict(route)).isEqualTo("Reject PORT_MISMATCH R11");
        assertThat(excluded(route)).containsExactly("10.0.0.1 NO_MATCHING_PORT");
    }

    @Test
    void r11_theTextOfAMismatchNamesThePortsTheSlicesHave() {
        Route route = service()
                .slice(List.of(tcp("metrics", 9090), tcp("", 80)), ready("10.0.0.1"))
                .route();

        assertThat(route.text())
                .isEqualTo(
                        "Service shop/api port http has endpoints, but none on this port: it needs a slice port named"
                                + " \"http\" with TCP and a number, its slices have 80/TCP, metrics 9090/TCP");
    }

    @Test
    void r11_unnamedServicePortMatchesTheUnnamedSlicePort() {
        Given given = new Given()
                .declared(new ServiceDeclaration.Present(Service.builder("shop", "api")
                        .clusterIp("10.96.0.1")
                        .port("", 80)
                        .build()))
                .slice(List.of(tcp("", 8080)), ready("10.0.0.1"));

        assertThat(backends(given.route(80))).containsExactly("10.0.0.1:8080");
        assertThat(backends(given.route(new PortRef.Named("")))).containsExactly("10.0.0.1:8080");
    }

    @Test
    void r11_numbersOfServiceAndSliceAreUnrelated() {
        Route route = service(s -> s.port("admin", 8080))
                .slice(List.of(tcp("admin", 80), tcp("http", 9999)), ready("10.0.0.1"))
                .route(80);

        assertThat(backends(route)).containsExactly("10.0.0.1:9999");
    }

    @Test
    void r11_slicesMayListPortsTheServiceLacks() {
        Route route = service()
                .slice(List.of(tcp("metrics", 9090), HTTP), ready("10.0.0.1"))
                .route();

        assertThat(backends(route)).containsExactly("10.0.0.1:8080");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null", "0", "-1", "65536"})
    void r12_aSlicePortWithoutAUsableNumberIsIgnored(Integer number) {
        Route route =
                service().slice(List.of(tcp("http", number)), ready("10.0.0.1")).route();

        assertThat(verdict(route)).isEqualTo("Reject PORT_MISMATCH R11");
        assertThat(excluded(route)).containsExactly("10.0.0.1 PORT_NOT_DIALLABLE");
        assertThat(route.excluded().get(0).rule()).isEqualTo("R12");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 65535})
    void r12_theLowestAndTheHighestNumberAreDialled(int number) {
        Route route =
                service().slice(List.of(tcp("http", number)), ready("10.0.0.1")).route();

        assertThat(backends(route)).containsExactly("10.0.0.1:" + number);
    }

    @Test
    void r12_anUnusablePortDoesNotHideAUsableOne() {
        Given before = service().slice(List.of(tcp("http", 0), HTTP), ready("10.0.0.1"));
        Given behind = service().slice(List.of(HTTP, tcp("http", null)), ready("10.0.0.1"));

        assertThat(backends(before.route())).containsExactly("10.0.0.1:8080");
        assertThat(backends(behind.route())).containsExactly("10.0.0.1:8080");
        assertThat(behind.route().excluded()).isEmpty();
    }

    @Test
    void r13_theNumberDialledIsTheSlicesOwn() {
        Route route = service()
                .slice(List.of(tcp("http", 8080)), ready("10.0.0.1"))
                .slice(List.of(tcp("http", 9090)), ready("10.0.0.2"))
                .route();

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.2:9090");
    }

    @Test
    void r13_anAddressWithTwoNumbersIsTwoBackends() {
        Route route = service()
                .slice(List.of(tcp("http", 8080)), ready("10.0.0.1"))
                .slice(List.of(tcp("http", 9090)), ready("10.0.0.1"))
                .route();

        assertThat(backends(route)).containsExactly("10.0.0.1:8080", "10.0.0.1:9090");
    }

    @Test
    void r13_aPodWithoutThePortIsLeftOutForThatPortOnly() {
        Given given = service(s -> s.port("admin", 81))
                .slice(List.of(HTTP, tcp("admin", 8081)), ready("10.0.0.1"))
                .slice(List.of(HTTP), ready("10.0.0.2"));

        assertThat(ips(given.route(80))).containsExactly("10.0.0.1", "10.0.0.2");
        assertThat(ips(given.route(81))).containsExactly("10.0.0.1");
        assertThat(excluded(given.route(81))).containsExactly("10.0.0.2 NO_MATCHING_PORT");
    }

    @Test
    void aSliceOfAnotherNamespaceWithTheSameNameIsOthers() {
        var foreign = EndpointSlice.of(new ServiceKey("bank", "api"), "api-0", List.of(HTTP), built(ready("10.9.9.9")));

        assertThat(ips(service().slice(ready("10.0.0.1")).slice(foreign).route()))
                .containsExactly("10.0.0.1");
    }
}
