package dev.onehop.examples.quickstart;

import dev.onehop.explain.Explanation;
import dev.onehop.explain.Explanation.Candidate;
import dev.onehop.explain.IptablesRules;
import dev.onehop.explain.IptablesRules.Jump;
import dev.onehop.route.Route;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The way of one request, hop by hop: through the ClusterIP, and through Onehop.
 *
 * <p>Pure functions.
 */
final class PathPicture {

    private static final int LEFT = 51;
    private static final int SHOWN = 4;

    private PathPicture() {}

    /**
     * Draws both ways.
     *
     * @param route whom kube-proxy would pick from
     * @param chosen the backend that the request went to
     * @param answer the first line of what it answered
     */
    static void draw(
            Terminal out, URI uri, Explanation explained, Route.Backends route, Candidate chosen, String answer) {
        String name = uri.getHost();
        String clusterIp = (explained.clusterIp() == null ? "ClusterIP" : explained.clusterIp()) + ":" + uri.getPort();
        String pod = chosen.pod() == null ? "" : " " + chosen.pod();

        List<String> left = new ArrayList<>(List.of("THROUGH THE CLUSTERIP", "", name));
        left.add("  |  DNS: a look-up, or a cached answer");
        left.add(clusterIp + "   a virtual IP, no process");
        left.add("  |  iptables on this node, by kube-proxy:");
        IptablesRules.chain(route).ifPresent(chain -> left.add("  |  " + chain));
        rules(IptablesRules.jumps(route)).forEach(line -> left.add("  |    " + line));
        left.add("  |  DNAT to " + chosen.address());
        left.add("  |  conntrack remembers, and undoes it for answers");
        left.add(chosen.address() + "   the pod");

        List<String> right = new ArrayList<>(List.of("WITH ONEHOP", "", name));
        right.add("  |  a look into this JVM's live view:");
        right.add("  |  " + count(route.endpoints().size()) + ", " + explained.policy());
        while (right.size() < left.size() - 1) {
            right.add("  |");
        }
        right.add(chosen.address() + "   the pod: one hop");
        out.columns(LEFT, left, right);
        out.blank();
        out.line("  GET " + uri + " -> pod" + pod + " at " + chosen.address());
        out.text("  ", answer);
    }

    /** One line per rule, the first few: each takes its share of what the rules before it have left. */
    private static List<String> rules(List<Jump> jumps) {
        List<String> lines = new ArrayList<>();
        for (Jump jump : jumps.subList(0, Math.min(jumps.size(), SHOWN))) {
            String chance = jump.probability() == 1
                    ? "else       "
                    : String.format(Locale.ROOT, "p=%.5f  ", jump.probability());
            lines.add(chance + jump.chain());
        }
        if (jumps.size() > SHOWN) {
            lines.add("... and " + (jumps.size() - SHOWN) + " more");
        }
        return lines;
    }

    private static String count(int pods) {
        return pods == 1 ? "1 pod" : pods + " pods, 1/" + pods + " each";
    }
}
