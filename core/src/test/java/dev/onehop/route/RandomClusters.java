package dev.onehop.route;

import static dev.onehop.service.AddressFamily.IPV4;
import static dev.onehop.service.AddressFamily.IPV6;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.PortRef;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceBuilder;
import dev.onehop.service.ServiceType;
import dev.onehop.service.SlicePort;
import dev.onehop.service.TrafficPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Seeded random Services and slices from name pools so small that everything collides with everything. */
public final class RandomClusters {

    /** Every address text that occurs, to its canonical form; null for those that must not be dialled. */
    public static final Map<String, String> ADDRESSES = addresses();

    private static final List<String> ADDRESS_TEXTS = new ArrayList<>(new TreeSet<>(ADDRESSES.keySet()));
    private static final List<Boolean> CONDITIONS = Arrays.asList(null, true, false);

    private final Random random;
    private int uids;

    RandomClusters(long seed) {
        random = new Random(seed);
    }

    private static Map<String, String> addresses() {
        var addresses = new HashMap<String, String>();
        addresses.put("10.0.0.1", "10.0.0.1");
        addresses.put("010.0.0.1", "10.0.0.1");
        addresses.put("::ffff:10.0.0.1", "10.0.0.1");
        addresses.put("10.0.0.2", "10.0.0.2");
        addresses.put("10.0.0.3", "10.0.0.3");
        addresses.put("10.0.0.4", "10.0.0.4");
        addresses.put("fd00::1", "fd00::1");
        addresses.put("FD00:0:0::1", "fd00::1");
        addresses.put("fd00::2", "fd00::2");
        addresses.put("127.0.0.1", null);
        addresses.put("api.example.com", null);
        return addresses;
    }

    Service service() {
        ServiceBuilder service = Service.builder("shop", "api");
        switch (random.nextInt(40)) {
            case 0 -> service.clusterIp("None");
            case 1 -> service.clusterIp("");
            case 2 -> service.clusterIp("10.96.0.1");
            case 3 -> service.clusterIp("fd00:96::1");
            case 4 -> service.clusterIps(List.of("10.96.0.1")).ipFamilies(IPV4, IPV6);
            case 5, 6, 7 ->
                service.clusterIps(List.of("fd00:96::1", "10.96.0.1")).ipFamilies(IPV6, IPV4);
            default -> service.clusterIps(List.of("10.96.0.1")).ipFamilies(IPV4);
        }
        if (random.nextInt(30) == 0) {
            service.type(ServiceType.EXTERNAL_NAME);
        }
        if (random.nextInt(30) == 0) {
            service.serviceProxyName(true);
        }
        if (random.nextInt(3) == 0) {
            service.internalTrafficPolicy(TrafficPolicy.LOCAL);
        }
        service.port(random.nextInt(6) == 0 ? "" : "http", 80).port("dns", Protocol.UDP, 53);
        return service.build();
    }

    ClientLocation location() {
        return new ClientLocation(oneOf(null, "", "n1", "n1", "n1", "n2", "n2", "n2"), oneOf(null, "", "a", "a", "b"));
    }

    /** Mostly http in IPv4, sometimes what the Service may lack. */
    Destination destination(Service service) {
        AddressFamily family = random.nextInt(7) == 0 ? IPV6 : IPV4;
        return switch (random.nextInt(20)) {
            case 0 -> destination(service, 80, Protocol.UDP, family);
            case 1 -> destination(service, 8080, Protocol.TCP, family);
            case 2 -> destination(service, 53, Protocol.UDP, family);
            default -> destination(service, 80, Protocol.TCP, family);
        };
    }

    private static Destination destination(Service service, int port, Protocol protocol, AddressFamily family) {
        return new Destination(service.key(), new PortRef.Numbered(port), protocol, family);
    }

    List<EndpointSlice> slices() {
        var slices = new ArrayList<EndpointSlice>();
        boolean allHinted = random.nextBoolean();
        String others = oneOf("IPv4", "IPv4", "IPv4", "IPv6", "FQDN");
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            slices.add(slice("slice-" + i, allHinted, random.nextInt(4) == 0 ? others : "IPv4"));
        }
        return slices;
    }

    EndpointSlice slice(String name, boolean hinted, String addressType) {
        var ports = new ArrayList<SlicePort>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            ports.add(new SlicePort(
                    oneOf("http", "http", "http", "http", "", "dns"),
                    oneOf(Protocol.TCP, Protocol.TCP, Protocol.TCP, Protocol.UDP),
                    oneOf(8080, 8080, 8080, 8081, 0, null)));
        }
        var endpoints = new ArrayList<Endpoint>();
        for (int i = random.nextInt(5); i > 0; i--) {
            endpoints.add(endpoint(hinted));
        }
        return new EndpointSlice(
                random.nextInt(30) == 0 ? "bank" : "shop",
                name,
                random.nextInt(20) == 0 ? oneOf(null, "", "api2") : "api",
                random.nextInt(25) == 0,
                addressType,
                random.nextInt(20) == 0 ? List.of() : ports,
                endpoints,
                null);
    }

    private Endpoint endpoint(boolean hinted) {
        String address = random.nextInt(25) == 0 ? null : ADDRESS_TEXTS.get(random.nextInt(ADDRESS_TEXTS.size()));
        return Endpoint.builder(address)
                .conditions(condition(), condition(), condition())
                .node(oneOf(null, "", "n1", "n1", "n2", "n3"))
                .zone(oneOf(null, "a", "b"))
                .zoneHints(hinted ? hints("a", "a", "b", "") : Set.of())
                .nodeHints(hinted && random.nextInt(3) > 0 ? hints("n1", "n1", "n2", "") : Set.of())
                .pod("pod", "u" + uids++)
                .build();
    }

    Set<String> hints(String... names) {
        var hints = new HashSet<String>();
        for (int i = random.nextInt(25) == 0 ? 0 : 1 + random.nextInt(2); i > 0; i--) {
            hints.add(oneOf(names));
        }
        return hints;
    }

    Boolean condition() {
        return CONDITIONS.get(random.nextInt(3));
    }

    @SafeVarargs
    final <T> T oneOf(T... values) {
        return values[random.nextInt(values.length)];
    }
}
