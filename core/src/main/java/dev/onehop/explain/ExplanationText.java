package dev.onehop.explain;

import dev.onehop.explain.Explanation.Candidate;
import dev.onehop.explain.Explanation.LeftOut;
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

    private static final int LONGEST = 128;

    private ExplanationText() {}

    static String of(Explanation explained) {
        var text = new StringBuilder(512);
        text.append(clean(explained.service()))
                .append(" port ")
                .append(clean(explained.port()))
                .append('/')
                .append(explained.protocol())
                .append(explained.family() == null ? "" : " " + explained.family())
                .append("\n  view      ")
                .append(explained.view().state())
                .append(", last contact ")
                .append(age(explained.view().age()))
                .append(" ago")
                .append(
                        explained.view().why().isEmpty()
                                ? ""
                                : ": " + clean(explained.view().why()))
                .append("\n  ClusterIP ")
                .append(explained.clusterIp() == null ? "unknown or none" : explained.clusterIp())
                .append("\n  verdict   ")
                .append(explained.verdict())
                .append(explained.rule().isEmpty() ? "" : " (" + explained.rule() + ")")
                .append(": ")
                .append(clean(explained.reason()))
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
        text.append("(").append(candidate.started()).append(" attempts, ");
        text.append(candidate.failed())
                .append(" failed, ")
                .append(candidate.inFlight())
                .append(" open)");
        text.append(candidate.ejection().isEmpty() ? "" : " " + clean(candidate.ejection()))
                .append('\n');
    }

    private static void append(StringBuilder text, LeftOut leftOut) {
        String address = leftOut.address();
        text.append(String.format(
                Locale.ROOT,
                "  --          %-21s %s%s%n",
                address == null ? "(no address)" : clean(address),
                name(leftOut.pod(), "pod"),
                leftOut.rule() + ": " + leftOut.reason() + " (slice " + clean(leftOut.slice()) + ")"));
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
        return value == null ? "" : what + " " + clean(value) + " ";
    }

    private static String age(Duration age) {
        return age.compareTo(Duration.ofSeconds(10)) < 0 ? age.toMillis() + " ms" : age.toSeconds() + " s";
    }

    private static String clean(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= LONGEST * 8 ? printable : printable.substring(0, LONGEST * 8) + "...";
    }
}
