package dev.onehop.benchmarks;

import dev.onehop.benchmarks.AdapterRound.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The table of what {@link AdapterSpeed} printed: for each client its speed over Onehop as a ratio to the client alone in
 * the same block, whether that keeps 0.97, and the same ratio for two clients alone, which would be 1 if there were no noise.
 *
 * <pre>AdapterTable FILE</pre>
 */
public final class AdapterTable {

    private static final double BAR = 0.97;

    private AdapterTable() {}

    public static void main(String[] args) throws IOException {
        Map<String, List<AdapterRound>> byClient;
        try (Stream<String> lines = Files.lines(Path.of(args[0]))) {
            byClient = lines.map(AdapterRound::parse)
                    .collect(Collectors.groupingBy(
                            AdapterRound::client, LinkedHashMap::new, Collectors.toUnmodifiableList()));
        }
        System.out.println("| client | pods | 0.97 kept? | ratio (95 %) | of each fork | direct to direct (95 %)"
                + " | direct, Onehop: req/s | p50, µs | p99, µs | processor, µs/req | by pod |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        byClient.forEach((client, rounds) -> {
            List<Block> blocks = Block.of(rounds);
            System.out.println(row(client, blocks, Way.ONE_POD));
            System.out.println(row(client, blocks, Way.THREE_PODS));
        });
    }

    private static String row(String client, List<Block> blocks, Way way) {
        Interval ratio = Interval.of(blocks, block -> block.ratio(way));
        Interval noise = Interval.of(blocks, Block::noise);
        String forks = blocks.stream()
                .collect(Collectors.groupingBy(Block::fork, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(fork -> String.format(Locale.ROOT, "%.3f", median(fork, block -> block.ratio(way))))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %s | %.0f, %.0f | %.0f, %.0f | %.0f, %.0f | %.1f, %.1f | %s |",
                client,
                way == Way.ONE_POD ? 1 : 3,
                verdict(ratio),
                ratio,
                forks,
                noise,
                median(blocks, block -> block.direct(AdapterRound::perSecond)),
                median(blocks, block -> block.round(way).perSecond()),
                median(blocks, block -> block.direct(AdapterRound::p50)),
                median(blocks, block -> block.round(way).p50()),
                median(blocks, block -> block.direct(AdapterRound::p99)),
                median(blocks, block -> block.round(way).p99()),
                cpu(blocks, Way.DIRECT, Way.DIRECT_AGAIN),
                cpu(blocks, way),
                byPod(blocks, way));
    }

    private static String verdict(Interval ratio) {
        if (ratio.low() >= BAR) {
            return "**yes**";
        }
        if (ratio.high() < BAR) {
            return "**no**";
        }
        return ratio.median() >= BAR ? "yes, within noise" : "no, within noise";
    }

    /** Of all rounds together: the system counts processor time in steps of ten milliseconds. */
    private static double cpu(List<Block> blocks, Way... ways) {
        List<AdapterRound> rounds = Arrays.stream(ways)
                .flatMap(way -> blocks.stream().map(block -> block.round(way)))
                .toList();
        return rounds.stream().mapToDouble(AdapterRound::cpu).sum()
                / rounds.stream().mapToLong(AdapterRound::requests).sum();
    }

    private static String byPod(List<Block> blocks, Way way) {
        List<AdapterRound> rounds =
                blocks.stream().map(block -> block.round(way)).toList();
        double all = rounds.stream().mapToLong(AdapterRound::requests).sum();
        return IntStream.range(0, way == Way.ONE_POD ? 1 : PodServer.ADDRESSES.size())
                .mapToLong(pod -> rounds.stream()
                        .mapToLong(round -> round.requestsByPod()[pod])
                        .sum())
                .mapToObj(requests -> Math.round(100 * requests / all) + " %")
                .collect(Collectors.joining(", "));
    }

    private static double median(List<Block> blocks, ToDoubleFunction<Block> figure) {
        return Interval.median(blocks.stream().mapToDouble(figure).toArray());
    }

    /** A round of every way, in turn. */
    private record Block(int fork, Map<Way, AdapterRound> rounds) {

        static List<Block> of(List<AdapterRound> rounds) {
            return rounds.stream()
                    .collect(Collectors.groupingBy(
                            round -> List.of(round.fork(), round.block()),
                            LinkedHashMap::new,
                            Collectors.toMap(AdapterRound::way, round -> round)))
                    .entrySet()
                    .stream()
                    .map(each -> new Block(each.getKey().get(0), each.getValue()))
                    .toList();
        }

        AdapterRound round(Way way) {
            return rounds.get(way);
        }

        double direct(ToDoubleFunction<AdapterRound> figure) {
            return (figure.applyAsDouble(round(Way.DIRECT)) + figure.applyAsDouble(round(Way.DIRECT_AGAIN))) / 2;
        }

        double ratio(Way way) {
            return round(way).perSecond() / direct(AdapterRound::perSecond);
        }

        double noise() {
            return round(Way.DIRECT_AGAIN).perSecond() / round(Way.DIRECT).perSecond();
        }
    }
}
