package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MappingTest {

    private static final String META = "\"metadata\":{\"name\":\"api\",\"namespace\":\"shop\"}";

    // Services

    @Test
    void anEmptyServiceHasTheDefaultsOfTheApiServer() {
        assertThat(service("{" + META + "}"))
                .isEqualTo(Service.builder("shop", "api").build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "{\"ports\":null,\"clusterIPs\":null,\"ipFamilies\":null,\"type\":null}"})
    void nullsOfAServiceAreItsDefaults(String spec) {
        assertThat(service("{" + META + ",\"spec\":" + spec + "}"))
                .isEqualTo(Service.builder("shop", "api").build());
    }

    @Test
    void everythingAServiceSaysIsRead() {
        Service service = service("""
                {"metadata":{"name":"api","namespace":"shop","labels":{"service.kubernetes.io/service-proxy-name":""}},
                 "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","fd00::9"],
                  "ipFamilies":["IPv4","IPv6"],"internalTrafficPolicy":"Local","sessionAffinity":"ClientIP",
                  "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":60}},
                  "ports":[{"name":"http","port":80,"targetPort":"web"},{"name":"dns","protocol":"UDP","port":53}]}}
                """);

        assertThat(service.type()).isEqualTo(ServiceType.LOAD_BALANCER);
        assertThat(service.clusterIps()).containsExactly("10.96.0.9", "fd00::9");
        assertThat(service.ipFamilies()).containsExactly(AddressFamily.IPV4, AddressFamily.IPV6);
        assertThat(service.internalTrafficPolicy()).isEqualTo(TrafficPolicy.LOCAL);
        assertThat(service.affinityTimeout()).isEqualTo(Optional.of(Duration.ofSeconds(60)));
        assertThat(service.ports())
                .containsExactly(new ServicePort("http", Protocol.TCP, 80), new ServicePort("dns", Protocol.UDP, 53));
        assertThat(service.serviceProxyName()).isTrue();
    }

    static Stream<Arguments> oddSpecs() {
        return Stream.of(
                arguments("{\"type\":\"FromTheFuture\"}", service("{" + META + "}")),
                arguments("{\"internalTrafficPolicy\":\"Odd\"}", service("{" + META + "}")),
                arguments(
                        "{\"ports\":[null,{\"name\":\"a\"},{\"port\":1,\"protocol\":\"QUIC\"}]}",
                        service("{" + META + "}")),
                arguments(
                        "{\"sessionAffinity\":\"ClientIP\"}",
                        Service.builder("shop", "api")
                                .affinity(Duration.ofHours(3))
                                .build()),
                arguments(
                        "{\"clusterIP\":\"None\"}",
                        Service.builder("shop", "api").clusterIp("None").build()),
                arguments(
                        "{\"clusterIP\":\"10.0.0.1\"}",
                        Service.builder("shop", "api")
                                .clusterIps(List.of("10.0.0.1"))
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("oddSpecs")
    void whatAServiceSaysOddlyReadsAsKubeProxyReadsIt(String spec, Service expected) {
        assertThat(service("{" + META + ",\"spec\":" + spec + "}")).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"spec\":[]",
                "\"spec\":{\"ports\":{}}",
                "\"spec\":{\"ports\":[1]}",
                "\"spec\":{\"ports\":[{\"port\":true}]}",
                "\"spec\":{\"ports\":[{\"port\":\"web\"}]}",
                "\"spec\":{\"ports\":[{\"port\":99999999999}]}",
                "\"spec\":{\"clusterIP\":{}}",
                "\"spec\":{\"clusterIPs\":[[]]}"
            })
    void aServiceOfOtherTypesThanTheApisIsRefused(String field) {
        assertThatThrownBy(() -> service("{" + META + "," + field + "}")).isInstanceOf(MisfitException.class);
    }

    @Test
    void scalarsInEachOthersClothesAreTaken() {
        Service service = service("{" + META + ",\"spec\":{\"ports\":[{\"name\":7,\"port\":\"80\"},{\"port\":81.0}]}}");

        assertThat(service.ports())
                .containsExactly(new ServicePort("7", Protocol.TCP, 80), new ServicePort("", Protocol.TCP, 81));
    }

    // Slices

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"ports\":null,\"endpoints\":null", ",\"ports\":[],\"endpoints\":[]"})
    void aSliceWithoutPortsAndEndpointsIsAnEmptyOne(String rest) {
        EndpointSlice slice = slice("{" + META + rest + "}");

        assertThat(slice.ports()).isEmpty();
        assertThat(slice.endpoints()).isEmpty();
        assertThat(slice.serviceName()).isNull();
        assertThat(slice.addressType()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"conditions\":null,\"hints\":null,\"targetRef\":null,\"addresses\":null}",
                "{\"conditions\":{},\"hints\":{}}"
            })
    void anEndpointThatSaysNothingIsReadyAndHasNoAddress(String endpoint) {
        Endpoint read = slice("{" + META + ",\"endpoints\":[" + endpoint + "]}")
                .endpoints()
                .get(0);

        assertThat(read).isEqualTo(Endpoint.builder(null).build());
        assertThat(read.isReady()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"true, true", "\"true\", true", "1, true", "false, false", "\"False\", false", "\"\",", "null,"})
    void aConditionIsTrueFalseOrAbsent(String written, Boolean ready) {
        Endpoint endpoint = slice("{" + META + ",\"endpoints\":[{\"conditions\":{\"ready\":" + written + "}}]}")
                .endpoints()
                .get(0);

        assertThat(endpoint.ready()).isEqualTo(ready);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "2", "\"maybe\"", "1.5"})
    void aConditionThatIsNeitherIsRefused(String written) {
        assertThatThrownBy(() -> slice("{" + META + ",\"endpoints\":[{\"conditions\":{\"ready\":" + written + "}}]}"))
                .isInstanceOf(MisfitException.class)
                .hasMessageContaining("ready");
    }

    @Test
    void everythingAnEndpointSaysIsRead() {
        Endpoint read = slice("""
                        {%s,"addressType":"IPv4","endpoints":[null,{"addresses":["10.0.0.1","10.0.0.2"],
                         "conditions":{"ready":false,"serving":true,"terminating":true},"nodeName":"n","zone":"z",
                         "hints":{"forZones":[{"name":"a"},{"name":"b"},{"name":"a"}],"forNodes":[{"name":"n"},null]},
                         "targetRef":{"kind":"Pod","name":"p","uid":"u"}}]}
                        """.formatted(META)).endpoints().get(0);

        assertThat(read)
                .isEqualTo(Endpoint.builder("10.0.0.1")
                        .conditions(false, true, true)
                        .node("n")
                        .zone("z")
                        .zoneHints(Set.of("a", "b"))
                        .nodeHints(Set.of("n"))
                        .pod("p", "u")
                        .build());
    }

    @Test
    void addressesStayAsWrittenAndAreReadAsKubeProxyReadsThem() {
        EndpointSlice slice = slice(
                "{" + META + ",\"endpoints\":[{\"addresses\":[\"010.1.2.3\"]},{\"addresses\":[\"pod.example\"]}]}");

        assertThat(slice.endpoints()).extracting(Endpoint::address).containsExactly("010.1.2.3", "pod.example");
        assertThat(slice.endpoints().get(0).ip()).hasToString("10.1.2.3");
        assertThat(slice.endpoints().get(1).ip()).isNull();
    }

    @Test
    void aSliceOfNamesIsKeptForTheRulesToSkip() {
        assertThat(slice("{" + META + ",\"addressType\":\"FQDN\"}").addressType())
                .isEqualTo("FQDN");
    }

    @Test
    void portsOfASliceKeepNullAndZero() {
        EndpointSlice slice = slice("{" + META
                + ",\"ports\":[{\"name\":null,\"port\":null},{\"port\":0,\"protocol\":\"SCTP\"},{\"name\":\"x\",\"port\":70000},"
                + "{\"protocol\":\"QUIC\",\"port\":1},null]}");

        assertThat(slice.ports())
                .containsExactly(
                        new SlicePort("", Protocol.TCP, null),
                        new SlicePort("", Protocol.SCTP, 0),
                        new SlicePort("x", Protocol.TCP, 70000));
    }

    @Test
    void labelsAndTheTriggerTimeOfASliceAreRead() {
        EndpointSlice slice = slice("""
                {"metadata":{"name":"s","namespace":"shop",
                 "labels":{"kubernetes.io/service-name":"api","service.kubernetes.io/headless":""},
                 "annotations":{"endpoints.kubernetes.io/last-change-trigger-time":"2026-11-22T00:26:15.5Z"}}}
                """);

        assertThat(slice.serviceName()).isEqualTo("api");
        assertThat(slice.headless()).isTrue();
        assertThat(slice.changeTriggered()).isEqualTo(Instant.parse("2026-11-22T00:26:15.5Z"));
    }

    @Test
    void aTriggerTimeThatIsNoneIsAbsent() {
        assertThat(slice("{\"metadata\":{\"name\":\"s\",\"namespace\":\"n\",\"annotations\":"
                                + "{\"endpoints.kubernetes.io/last-change-trigger-time\":\"yesterday\"}}}")
                        .changeTriggered())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"metadata\":null}",
                "{\"metadata\":{\"name\":\"a\"}}",
                "{\"metadata\":{\"name\":\"\",\"namespace\":\"b\"}}"
            })
    void anObjectWithoutANameIsNobodys(String json) {
        assertThat(service(json)).isNull();
        assertThat(slice(json)).isNull();
        assertThat(new EndpointsMapping(new StringPool()).map(read(json))).isNull();
    }

    @Test
    void whatThousandsOfEndpointsRepeatIsKeptOnce() {
        EndpointSlice slice = slice(
                "{" + META + ",\"endpoints\":["
                        + "{\"addresses\":[\"10.0.0.1\"],\"nodeName\":\"node-a\",\"zone\":\"z\",\"hints\":{\"forZones\":[{\"name\":\"z\"}]}},"
                        + "{\"addresses\":[\"10.0.0.2\"],\"nodeName\":\"node-a\",\"zone\":\"z\",\"hints\":{\"forZones\":[{\"name\":\"z\"}]}}]}");

        Endpoint first = slice.endpoints().get(0);
        Endpoint second = slice.endpoints().get(1);
        assertThat(first.nodeName()).isSameAs(second.nodeName());
        assertThat(first.zone()).isSameAs(second.zone());
        assertThat(first.zoneHints()).isSameAs(second.zoneHints());
    }

    // Endpoints

    @Test
    void endpointsBecomeOneSlicePerSubsetAndFamily() {
        List<EndpointSlice> slices = new EndpointsMapping(new StringPool()).map(read("""
                        {%s,"subsets":[{"addresses":[{"ip":"10.0.0.1","nodeName":"n","targetRef":{"name":"p","uid":"u"}},
                          {"ip":"fd00::1"}],"notReadyAddresses":[{"ip":"10.0.0.2"}],"ports":[{"port":8080}]},
                         {"addresses":null,"notReadyAddresses":null,"ports":null}, null]}
                        """.formatted(META)));

        assertThat(slices).extracting(EndpointSlice::addressType).containsExactly("IPv4", "IPv6");
        assertThat(slices).extracting(EndpointSlice::serviceName).containsOnly("api");
        assertThat(slices.get(0).endpoints())
                .containsExactly(
                        Endpoint.builder("10.0.0.1")
                                .conditions(true, true, false)
                                .node("n")
                                .pod("p", "u")
                                .build(),
                        Endpoint.builder("10.0.0.2")
                                .conditions(false, false, false)
                                .build());
        assertThat(slices.get(0).ports()).containsExactly(new SlicePort("", Protocol.TCP, 8080));
    }

    private static Service service(String json) {
        return ServiceMapping.map(read(json));
    }

    private static EndpointSlice slice(String json) {
        return new SliceMapping(new StringPool()).map(read(json));
    }

    private static JsonNode read(String json) {
        try {
            return JsonTrees.all(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)))
                    .get(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
