package dev.onehop.route;

import static dev.onehop.service.AddressFamily.IPV4;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServicePort;
import dev.onehop.service.ServiceType;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A Service's life, seeded: each step is one change such as controllers, users and the network's delays make. */
public final class RandomHistory {

    public static final ServiceKey API = new ServiceKey("shop", "api");

    private final Random random;
    private final RandomClusters clusters;
    private final Map<String, EndpointSlice> slices = new TreeMap<>();
    private Service declared;
    private boolean present = true;
    private ClientLocation here;
    private int names;

    public RandomHistory(long seed) {
        random = new Random(seed);
        clusters = new RandomClusters(seed);
        declared = random.nextInt(10) == 0 ? clusters.service() : plain();
        clusters.slices().forEach(slice -> slices.put(slice.name(), slice));
        here = clusters.location();
        names = slices.size();
    }

    /** The Service, or null while it is deleted. */
    public Service service() {
        return present ? declared : null;
    }

    /** Its slices, in an order that means nothing. */
    public List<EndpointSlice> slices() {
        var shuffled = new ArrayList<>(slices.values());
        Collections.shuffle(shuffled, random);
        return shuffled;
    }

    public ClientLocation here() {
        return here;
    }

    /** Makes one change, and says which. */
    public Change step() {
        Change change = Change.values()[random.nextInt(Change.values().length)];
        switch (change) {
            case CONDITIONS_CHANGE -> changeEndpoints(this::withOtherConditions);
            case POD_TERMINATES -> changeEndpoints(RandomHistory::terminating);
            case HINTS_CHANGE -> changeEndpoints(this::withOtherHints);
            case ALL_ARE_HINTED -> slices.replaceAll((name, slice) -> with(slice, endpoints(slice, this::hinted)));
            case ADDRESS_CHANGES -> changeEndpoints(this::withOtherAddress);
            case ENDPOINT_IS_COPIED_TO_ANOTHER_SLICE -> copyEndpoint();
            case ENDPOINT_GOES -> removeEndpoint();
            case SLICE_COMES -> put(clusters.slice("slice-" + names++, random.nextBoolean(), "IPv4"));
            case SLICE_GOES -> slices.remove(anySlice().name());
            case SLICE_IS_RENAMED -> rename(anySlice());
            case SLICE_IS_HEARD_OF_AGAIN -> put(anySlice());
            case SLICE_TOGGLES_HEADLESS -> toggleHeadless(anySlice());
            case SLICE_RENAMES_ITS_PORTS -> renamePorts(anySlice());
            case SERVICE_RENAMES_ITS_PORT -> renameServicePort();
            case SERVICE_TOGGLES_ITS_POLICY -> togglePolicy();
            case SERVICE_TOGGLES_ITS_PROXY -> declared = with(declared, declared.type(), !declared.serviceProxyName());
            case SERVICE_TOGGLES_EXTERNAL_NAME ->
                declared = with(
                        declared,
                        declared.type() == ServiceType.EXTERNAL_NAME
                                ? ServiceType.CLUSTER_IP
                                : ServiceType.EXTERNAL_NAME,
                        declared.serviceProxyName());
            case SERVICE_GOES_OR_COMES -> present = !present;
            case SERVICE_IS_REPLACED -> declared = random.nextInt(4) == 0 ? clusters.service() : plain();
            case WE_MOVE -> here = clusters.location();
        }
        return change;
    }

    /** What a step can be. */
    public enum Change {
        CONDITIONS_CHANGE,
        POD_TERMINATES,
        HINTS_CHANGE,
        ALL_ARE_HINTED,
        ADDRESS_CHANGES,
        ENDPOINT_IS_COPIED_TO_ANOTHER_SLICE,
        ENDPOINT_GOES,
        SLICE_COMES,
        SLICE_GOES,
        SLICE_IS_RENAMED,
        SLICE_IS_HEARD_OF_AGAIN,
        SLICE_TOGGLES_HEADLESS,
        SLICE_RENAMES_ITS_PORTS,
        SERVICE_RENAMES_ITS_PORT,
        SERVICE_TOGGLES_ITS_POLICY,
        SERVICE_TOGGLES_ITS_PROXY,
        SERVICE_TOGGLES_EXTERNAL_NAME,
        SERVICE_GOES_OR_COMES,
        SERVICE_IS_REPLACED,
        WE_MOVE
    }

    private Service plain() {
        return Service.builder("shop", "api")
                .clusterIps(List.of("10.96.0.1"))
                .ipFamilies(IPV4)
                .port("http", 80)
                .internalTrafficPolicy(random.nextInt(3) == 0 ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER)
                .build();
    }

    private EndpointSlice anySlice() {
        if (slices.isEmpty()) {
            put(clusters.slice("slice-" + names++, false, "IPv4"));
        }
        var all = new ArrayList<>(slices.values());
        return all.get(random.nextInt(all.size()));
    }

    private void put(EndpointSlice slice) {
        slices.put(slice.name(), slice);
    }

    /** Changes about half of the endpoints of a slice. */
    private void changeEndpoints(UnaryOperator<Endpoint> change) {
        EndpointSlice slice = anySlice();
        put(with(slice, endpoints(slice, endpoint -> random.nextBoolean() ? change.apply(endpoint) : endpoint)));
    }

    private static List<Endpoint> endpoints(EndpointSlice slice, UnaryOperator<Endpoint> change) {
        return slice.endpoints().stream().map(change).toList();
    }

    private void copyEndpoint() {
        EndpointSlice from = anySlice();
        EndpointSlice to = anySlice();
        if (!from.endpoints().isEmpty()) {
            var endpoints = new ArrayList<>(to.endpoints());
            endpoints.add(
                    random.nextInt(endpoints.size() + 1),
                    from.endpoints().get(random.nextInt(from.endpoints().size())));
            put(with(to, endpoints));
        }
    }

    private void removeEndpoint() {
        EndpointSlice slice = anySlice();
        var endpoints = new ArrayList<>(slice.endpoints());
        if (!endpoints.isEmpty()) {
            endpoints.remove(random.nextInt(endpoints.size()));
        }
        put(with(slice, endpoints));
    }

    private void rename(EndpointSlice slice) {
        slices.remove(slice.name());
        put(new EndpointSlice(
                slice.namespace(),
                (random.nextBoolean() ? "a-" : "z-") + names++,
                slice.serviceName(),
                slice.headless(),
                slice.addressType(),
                slice.ports(),
                slice.endpoints(),
                null));
    }

    private void toggleHeadless(EndpointSlice slice) {
        put(new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                !slice.headless(),
                slice.addressType(),
                slice.ports(),
                slice.endpoints(),
                null));
    }

    private void renamePorts(EndpointSlice slice) {
        List<SlicePort> ports = slice.ports().stream()
                .map(port -> new SlicePort(port.name().equals("http") ? "web" : "http", port.protocol(), port.port()))
                .toList();
        put(new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                slice.headless(),
                slice.addressType(),
                ports,
                slice.endpoints(),
                null));
    }

    private void renameServicePort() {
        List<ServicePort> ports = declared.ports().stream()
                .map(port -> new ServicePort(port.name().equals("http") ? "web" : "http", port.protocol(), port.port()))
                .toList();
        declared = new Service(
                declared.key(),
                declared.type(),
                declared.clusterIp(),
                declared.clusterIps(),
                declared.ipFamilies(),
                ports,
                declared.internalTrafficPolicy(),
                declared.affinityTimeout(),
                declared.serviceProxyName());
    }

    private void togglePolicy() {
        declared = new Service(
                declared.key(),
                declared.type(),
                declared.clusterIp(),
                declared.clusterIps(),
                declared.ipFamilies(),
                declared.ports(),
                declared.internalTrafficPolicy() == TrafficPolicy.LOCAL ? TrafficPolicy.CLUSTER : TrafficPolicy.LOCAL,
                declared.affinityTimeout(),
                declared.serviceProxyName());
    }

    private static Service with(Service service, ServiceType type, boolean serviceProxyName) {
        return new Service(
                service.key(),
                type,
                service.clusterIp(),
                service.clusterIps(),
                service.ipFamilies(),
                service.ports(),
                service.internalTrafficPolicy(),
                service.affinityTimeout(),
                serviceProxyName);
    }

    private static EndpointSlice with(EndpointSlice slice, List<Endpoint> endpoints) {
        return new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                slice.headless(),
                slice.addressType(),
                slice.ports(),
                endpoints,
                null);
    }

    private Endpoint withOtherConditions(Endpoint endpoint) {
        return with(endpoint, endpoint.address(), clusters.condition(), clusters.condition(), clusters.condition());
    }

    private static Endpoint terminating(Endpoint endpoint) {
        return with(endpoint, endpoint.address(), false, endpoint.serving(), true);
    }

    private Endpoint withOtherAddress(Endpoint endpoint) {
        String address = clusters.oneOf("10.0.0.1", "10.0.0.2", "10.0.0.3", "010.0.0.1", "127.0.0.1");
        return with(endpoint, address, endpoint.ready(), endpoint.serving(), endpoint.terminating());
    }

    private static Endpoint with(Endpoint endpoint, String address, Boolean ready, Boolean serving, Boolean ending) {
        return Endpoint.builder(address)
                .conditions(ready, serving, ending)
                .node(endpoint.nodeName())
                .zone(endpoint.zone())
                .zoneHints(endpoint.zoneHints())
                .nodeHints(endpoint.nodeHints())
                .pod(endpoint.podName(), endpoint.podUid())
                .build();
    }

    private Endpoint withOtherHints(Endpoint endpoint) {
        return random.nextBoolean() ? hinted(endpoint) : hints(endpoint, Set.of(), Set.of());
    }

    private Endpoint hinted(Endpoint endpoint) {
        return hints(
                endpoint,
                Set.of(clusters.oneOf("a", "b")),
                random.nextBoolean() ? Set.of(clusters.oneOf("n1", "n2")) : endpoint.nodeHints());
    }

    private static Endpoint hints(Endpoint endpoint, Set<String> zones, Set<String> nodes) {
        return Endpoint.builder(endpoint.address())
                .conditions(endpoint.ready(), endpoint.serving(), endpoint.terminating())
                .node(endpoint.nodeName())
                .zone(endpoint.zone())
                .zoneHints(zones)
                .nodeHints(nodes)
                .pod(endpoint.podName(), endpoint.podUid())
                .build();
    }
}
