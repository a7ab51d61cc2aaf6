package dev.onehop.examples.quickstart;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The iptables chains by which kube-proxy spreads one Service port over its endpoints, under the names that
 * {@code iptables-save} shows on a node.
 *
 * <p>Immutable.
 *
 * @param service {@code namespace/name}, with {@code :port-name} if the port has a name
 * @param endpoints {@code ip:port} each
 */
record KubeProxyRules(String service, List<String> endpoints) {

    private static final String BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int SHOWN = 4;

    KubeProxyRules {
        endpoints = List.copyOf(endpoints);
    }

    String serviceChain() {
        return "KUBE-SVC-" + hash(service + "tcp");
    }

    String endpointChain(String endpoint) {
        return "KUBE-SEP-" + hash(service + "tcp" + endpoint);
    }

    /** One line per endpoint: each rule takes its share of what the rules before it have left. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int count = endpoints.size();
        for (int i = 0; i < Math.min(count, SHOWN); i++) {
            String chance =
                    i == count - 1 ? "else       " : String.format(Locale.ROOT, "p=%.5f", 1.0 / (count - i)) + "  ";
            lines.add(chance + endpointChain(endpoints.get(i)));
        }
        if (count > SHOWN) {
            lines.add("... and " + (count - SHOWN) + " more");
        }
        return lines;
    }

    /** SHA-256 in base 32, the first 16 letters. */
    private static String hash(String text) {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        var name = new StringBuilder(16);
        for (int letter = 0; letter < 16; letter++) {
            int bit = letter * 5;
            int two = (digest[bit / 8] & 0xff) << 8 | (digest[bit / 8 + 1] & 0xff);
            name.append(BASE_32.charAt(two >> (11 - bit % 8) & 0x1f));
        }
        return name.toString();
    }
}
