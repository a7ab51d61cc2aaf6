package dev.onehop.examples.quickstart;

import dev.onehop.explain.Explanation;
import dev.onehop.explain.Explanation.Candidate;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * The way of one request, hop by hop: through the ClusterIP, and through Onehop.
 *
 * <p>Pure functions.
 */
final class PathPicture {

    private static final int LEFT = 51;

    private PathPicture() {}

    /**
     * Draws both ways.
     *
     * @param portName the Service port's name, "" if it has none
     * @param chosen the backend that the request went to
     * @param answer the first line of what it answered
     */
    static void draw(Terminal out, URI uri, Explanation explained, String portName, Candidate chosen, String answer) {
        String name = uri.getHost();
        String clusterIp = (explained.clusterIp() == null ? "ClusterIP" : explained.clusterIp()) + ":" + uri.getPort();
        List<String> endpoints =
                explained.backends().stream().map(Candidate::address).toList();
        var rules = new KubeProxyRules(explained.service() + (portName.isEmpty() ? "" : ":" + portName), endpoints);
        String pod = chosen.pod() == null ? "" : " " + chosen.pod();

        List<String> left = new ArrayList<>(List.of("THROUGH THE CLUSTERIP", "", name));
        left.add("  |  DNS: a look-up, or a cached answer");
        left.add(clusterIp + "   a virtual IP, no process");
        left.add("  |  iptables on this node, by kube-proxy:");
        left.add("  |  " + rules.serviceChain());
        rules.lines().forEach(line -> left.add("  |    " + line));
        left.add("  |  DNAT to " + chosen.address());
        left.add("  |  conntrack remembers, and undoes it for answers");
        left.add(chosen.address() + "   the pod");

        List<String> right = new ArrayList<>(List.of("WITH ONEHOP", "", name));
        right.add("  |  a look into this JVM's live view:");
        right.add("  |  " + count(endpoints.size()) + ", " + explained.policy());
        while (right.size() < left.size() - 1) {
            right.add("  |");
        }
        right.add(chosen.address() + "   the pod: one hop");
        out.columns(LEFT, left, right);
        out.blank();
        out.line("  GET " + uri + " -> pod" + pod + " at " + chosen.address());
        out.text("  ", answer);
    }

    private static String count(int pods) {
        return pods == 1 ? "1 pod" : pods + " pods, 1/" + pods + " each";
    }
}
