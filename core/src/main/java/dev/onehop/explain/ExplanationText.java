package dev.onehop.explain;

import dev.onehop.explain.Explanation.Candidate;
import dev.onehop.explain.Explanation.LeftOut;
import dev.onehop.service.Printable;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Explanation} as a picture for a terminal. Names come from whoever writes EndpointSlices, so control
 * characters are replaced and long texts cut (S-18).
 *
 * <p>Pure functions.
 */
final class ExplanationText {

    private ExplanationText() {}

    static String of(Explanation explained) {
        var text = new StringBuilder(512);
        text.append(Printable.of(explained.service()))
                .append(" port ")
                .append(Printable.of(explained.port()))
                .append('/')
                .append(explained.protocol())
                .append(explained.family() == null ? "" : " " + explained.family())
                .append("\n  view      ")
                .append(explained.view().state())
                .append(explained
                        .view()
                        .age()
                        .map(age -> ", last contact " + age(age) + " ago")
                        .orElse(""))
                .append(
                        explained.view().why().isEmpty()
                                ? ""
                                : ": " + Printable.of(explained.view().why()))
                .append("\n  ClusterIP ")
                .append(explained.clusterIp() == null ? "unknown or none" : explained.clusterIp())
                .append("\n  verdict   ")
                .append(explained.verdict())
                .append(explained.rule().isEmpty() ? "" : " (" + explained.rule() + ")")
                .append(": ")
                .append(Printable.of(explained.reason()))
                .append("\n  policy    ")
                .append(explained.policy())
                .append('\n');
        explained.backends().forEach(candidate -> append(text, candidate));
        explained.excluded().forEach(leftOut -> append(text, leftOut));
        appendCounts(text, explained);
        return text.toString();
    }

    private static void append(StringBuilder text, Candidate candidate) {
        text.append(String.format(
                Locale.ROOT,
                "  %s %5.1f %%  %-21s %s%s%s",
                candidate.ejection().isEmpty() ? "->" : "x ",
                100 * candidate.probability(),
                candidate.address(),
                name(candidate.pod(), "pod"),
                name(candidate.node(), "node"),
                name(candidate.zone(), "zone")));
        text.append(counts(candidate)).append('\n');
        if (!candidate.ejection().isEmpty()) {
            text.append("              ")
                    .append(Printable.of(candidate.ejection()))
                    .append('\n');
        }
    }

    /** {@code 972 attempts, 2 failed, 1 open}, those that are zero left out. */
    private static String counts(Candidate candidate) {
        if (candidate.started() == 0) {
            return "";
        }
        return candidate.started() + " attempts"
                + (candidate.failed() == 0 ? "" : ", " + candidate.failed() + " failed")
                + (candidate.inFlight() == 0 ? "" : ", " + candidate.inFlight() + " open");
    }

    private static void append(StringBuilder text, LeftOut leftOut) {
        String address = leftOut.address();
        text.append(String.format(
                Locale.ROOT,
                "  --          %-21s %s%s%n",
                address == null ? "(no address)" : Printable.of(address),
                name(leftOut.pod(), "pod"),
                leftOut.rule() + ": " + leftOut.reason() + " (slice " + Printable.of(leftOut.slice()) + ")"));
    }

    private static void appendCounts(StringBuilder text, Explanation explained) {
        if (!explained.fallbacks().isEmpty()) {
            text.append("  to the ClusterIP so far:");
            for (Map.Entry<?, Long> entry : new TreeMap<>(explained.fallbacks()).entrySet()) {
                text.append(' ').append(entry.getKey()).append('=').append(entry.getValue());
            }
            text.append('\n');
        }
        if (explained.refusals() > 0) {
            text.append("  refused so far: ").append(explained.refusals()).append('\n');
        }
    }

    private static String name(@Nullable String value, String what) {
        return value == null ? "" : what + " " + Printable.of(value) + " ";
    }

    private static String age(Duration age) {
        return age.compareTo(Duration.ofSeconds(10)) < 0 ? age.toMillis() + " ms" : age.toSeconds() + " s";
    }
}
