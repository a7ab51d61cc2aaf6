package dev.onehop.benchmarks;

import dev.onehop.Onehop;
import dev.onehop.benchmarks.ClosedLoop.Round;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * What part of a client's throughput is left when it goes over Onehop, to a Service of one pod and of three, beside the
 * same client that dials the first of these pods by its address? Rounds are short and alternate, in pairs whose order
 * changes each time, so that what else the machine does hits both alike.
 *
 * <pre>benchmarks/scripts/adapters [CLIENT]</pre>
 */
public final class AdapterSpeed {

    private static final int CALLERS = 8;

    private AdapterSpeed() {}

    /** {@code CLIENT PORT ROUNDS ROUND_MILLIS WARM_UP_MILLIS}: prints two rows of a table. */
    public static void main(String[] args) {
        try {
            measure(
                    args[0],
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    Duration.ofMillis(Long.parseLong(args[3])),
                    Duration.ofMillis(Long.parseLong(args[4])));
            System.exit(0);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void measure(String client, int port, int rounds, Duration round, Duration warmUp)
            throws InterruptedException {
        Onehop onehop = onehop(port);
        var direct = gets(client, Optional.empty(), "http://" + PodServer.ADDRESSES.get(0) + ":" + port + "/");
        var one = gets(client, Optional.of(onehop), "http://pods-1.shop/");
        var three = gets(client, Optional.of(onehop), "http://pods-3.shop/");
        var callers = new ClosedLoop(CALLERS);

        long warmAt = System.nanoTime() + warmUp.toNanos();
        do {
            for (var way : List.of(direct, one, three)) {
                callers.run(way, round);
            }
        } while (System.nanoTime() - warmAt < 0);

        var toOne = new ArrayList<Pair>();
        var toThree = new ArrayList<Pair>();
        for (int i = 0; i < rounds; i++) {
            boolean directFirst = i % 2 == 0;
            toOne.add(Pair.run(callers, direct, one, round, directFirst));
            toThree.add(Pair.run(callers, direct, three, round, directFirst));
        }
        System.out.println(row(client, 1, toOne));
        System.out.println(row(client, 3, toThree));
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

    private static String row(String client, int pods, List<Pair> pairs) {
        long[] byPod = new long[pods];
        pairs.forEach(
                pair -> Arrays.setAll(byPod, pod -> byPod[pod] + pair.onehop.requestsByPod()[pod]));
        long all = Arrays.stream(byPod).sum();
        double[] ratios = sorted(pairs, Pair::ratio);
        return String.format(
                Locale.ROOT,
                "| %s | %d | %.0f | %.0f | **%.3f** (%.3f to %.3f; %.2f, %.2f) "
                        + "| %.0f, %.0f | %.0f, %.0f | %.1f, %.1f | %s | %d |",
                client,
                pods,
                median(pairs, pair -> pair.direct.perSecond()),
                median(pairs, pair -> pair.onehop.perSecond()),
                at(ratios, 0.5),
                at(ratios, 0.25),
                at(ratios, 0.75),
                ratios[0],
                ratios[ratios.length - 1],
                median(pairs, pair -> pair.direct.micros(0.5)),
                median(pairs, pair -> pair.onehop.micros(0.5)),
                median(pairs, pair -> pair.direct.micros(0.99)),
                median(pairs, pair -> pair.onehop.micros(0.99)),
                cpuMicros(pairs.stream().map(Pair::direct).toList()),
                cpuMicros(pairs.stream().map(Pair::onehop).toList()),
                String.join(
                        ", ",
                        Arrays.stream(byPod)
                                .mapToObj(requests -> Math.round(100.0 * requests / all) + " %")
                                .toList()),
                pairs.size());
    }

    /** Of all rounds together: the system counts processor time in steps of ten milliseconds. */
    private static double cpuMicros(List<Round> rounds) {
        return rounds.stream().mapToDouble(Round::cpuMicros).sum()
                / rounds.stream().mapToInt(Round::requests).sum();
    }

    private static double median(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
        return at(sorted(pairs, figure), 0.5);
    }

    private static double[] sorted(List<Pair> pairs, ToDoubleFunction<Pair> figure) {
        return pairs.stream().mapToDouble(figure).sorted().toArray();
    }

    /** Between neighbours in proportion, so that the median of an even number is the mean of the middle two. */
    private static double at(double[] sorted, double quantile) {
        double place = quantile * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    private record Pair(Round direct, Round onehop) {

        static Pair run(
                ClosedLoop callers,
                Supplier<CompletableFuture<byte[]>> direct,
                Supplier<CompletableFuture<byte[]>> onehop,
                Duration time,
                boolean directFirst)
                throws InterruptedException {
            if (directFirst) {
                Round first = callers.run(direct, time);
                return new Pair(first, callers.run(onehop, time));
            }
            Round first = callers.run(onehop, time);
            return new Pair(callers.run(direct, time), first);
        }

        double ratio() {
            return onehop.perSecond() / direct.perSecond();
        }
    }
}
