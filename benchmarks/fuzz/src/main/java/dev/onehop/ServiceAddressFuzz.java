package dev.onehop;

import dev.onehop.service.Fuzzed;
import java.nio.charset.StandardCharsets;

/** Texts as Service addresses: refused by an IllegalArgumentException that can be printed, or read again the same. */
public final class ServiceAddressFuzz {

    private static final String DOMAIN = "cluster.local";
    private static final int LONGEST_MESSAGE = 4_000;

    private ServiceAddressFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        Fuzzed.within1Second(() -> read(text));
    }

    private static void read(String text) {
        ServiceAddress address;
        try {
            address = ServiceAddress.parse(text, DOMAIN);
        } catch (IllegalArgumentException documented) {
            String message = String.valueOf(documented.getMessage());
            Fuzzed.must(message.length() < LONGEST_MESSAGE, "a message of %d characters", message.length());
            Fuzzed.must(message.chars().noneMatch(c -> c < ' ' || c == 127), "a message that moves the cursor");
            return;
        }
        String again = address.host() + ":" + address.port() + "/" + address.protocol();
        Fuzzed.must(address.equals(ServiceAddress.parse(again, DOMAIN)), "%s is not read again as itself", again);
        Fuzzed.must(address.service().matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?"), "Service %s", address.service());
    }
}
