package dev.onehop.service;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts as IP literals: what we take is what the JDK makes of it once leading zeros are gone, and what the JDK takes as
 * IPv6 we take. Nothing is asked of DNS, for only texts of an address's characters get to the JDK.
 */
public final class IpLiteralFuzz {

    private static final Pattern ZEROS = Pattern.compile("(?<![0-9a-fA-F])0+(?=[0-9a-fA-F])");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final int LONGEST = 45;

    private IpLiteralFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        Fuzzed.within1Second(() -> read(text));
    }

    private static void read(String text) {
        IpAddress ours = IpAddress.parse(text);
        if (ours != null) {
            Fuzzed.must(ours.equals(IpAddress.parse(ours.toString())), "%s is not read again as itself", ours);
            Fuzzed.must(ours.equals(jdk(ZEROS.matcher(text).replaceAll(""))), "%s is %s", text, ours);
        } else if (text.length() <= LONGEST && IPV6.matcher(text).matches()) {
            Fuzzed.must(jdk(text) == null, "%s is refused", text);
        }
    }

    private static @Nullable IpAddress jdk(String text) {
        try {
            return IpAddress.of(InetAddress.getByName(text));
        } catch (UnknownHostException noLiteral) {
            return null;
        }
    }
}
