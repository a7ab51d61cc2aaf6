package dev.onehop.benchmarks;

import dev.onehop.Onehop;
import dev.onehop.benchmarks.AdapterRound.Way;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.AddressPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * How fast is a client over Onehop, to a Service of one pod and of three, beside the same client that dials the first of
 * these pods by its address, and another one that does so, too? Rounds are short. Each block has one of every {@link Way},
 * in an order that changes from block to block, so that what else the machine does hits all alike. {@link AdapterTable}
 * reads what is printed.
 *
 * <pre>benchmarks/scripts/adapters [CLIENT]</pre>
 */
public final class AdapterSpeed {

    private static final int CALLERS = 8;

    private AdapterSpeed() {}

    /** {@code CLIENT PORT FORK BLOCKS ROUND_MILLIS WARM_UP_MILLIS}: prints a line for each round. */
    public static void main(String[] args) {
        try {
            measure(
                    args[0],
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Duration.ofMillis(Long.parseLong(args[4])),
                    Duration.ofMillis(Long.parseLong(args[5])));
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void measure(String client, int port, int fork, int blocks, Duration round, Duration warmUp)
            throws InterruptedException {
        Onehop onehop = onehop(port);
        String pod = "http://" + PodServer.ADDRESSES.get(0) + ":" + port + "/";
        Map<Way, Supplier<CompletableFuture<byte[]>>> ways = new EnumMap<>(Way.class);
        ways.put(Way.DIRECT, gets(client, Optional.empty(), pod));
        ways.put(Way.ONE_POD, gets(client, Optional.of(onehop), "http://pods-1.shop/"));
        ways.put(Way.THREE_PODS, gets(client, Optional.of(onehop), "http://pods-3.shop/"));
        ways.put(Way.DIRECT_AGAIN, gets(client, Optional.empty(), pod));
        var callers = new ClosedLoop(CALLERS);

        long warmAt = System.nanoTime() + warmUp.toNanos();
        do {
            for (var way : ways.values()) {
                callers.run(way, round);
                Thread.sleep(round.toMillis()); // busy callers leave the compilers no time: Onehop's code, new to them,
                // would wait
            }
        } while (System.nanoTime() - warmAt < 0);

        for (int block = 0; block < blocks; block++) {
            for (Way way : order(fork * blocks + block)) {
                var seen = callers.run(ways.get(way), round);
                System.out.println(
                        AdapterRound.of(client, fork, block, way, seen).line());
            }
        }
    }

    /** In eight blocks each way has each place twice, and each two neighbours in both orders. */
    private static List<Way> order(int block) {
        var order = new ArrayList<>(List.of(Way.values()));
        Collections.rotate(order, block / 2);
        if (block % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }

    private static Supplier<CompletableFuture<byte[]>> gets(String client, Optional<Onehop> onehop, String url) {
        return AdapterClients.gets(client, onehop, URI.create(url));
    }

    /** Without fallback: what does not go to a pod fails, and with it the run. */
    private static Onehop onehop(int port) {
        var discovery = StaticDiscovery.create("shop", ClientLocation.unknown());
        for (int pods : new int[] {1, 3}) {
            var key = new ServiceKey("shop", "pods-" + pods);
            Service service = Service.builder(key.namespace(), key.name())
                    .clusterIps(List.of("10.96.0." + pods))
                    .ipFamilies(AddressFamily.IPV4)
                    .port("http", 80)
                    .build();
            List<Endpoint> endpoints = PodServer.ADDRESSES.stream()
                    .limit(pods)
                    .map(address -> Endpoint.builder(address)
                            .conditions(true, true, false)
                            .build())
                    .toList();
            discovery.set(
                    service,
                    EndpointSlice.of(key, key.name(), List.of(new SlicePort("http", Protocol.TCP, port)), endpoints));
        }
        return Onehop.builder()
                .discovery(discovery)
                .addressPolicy(AddressPolicy.allowingLoopback())
                .clusterIpFallback(false)
                .meshDetection(false)
                .build();
    }
}
