package dev.onehop.service;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * IP literals to bytes and back, as Go's {@code ParseIPSloppy} and {@code IP.String} do it (R14). Leading zeros mean
 * nothing, in decimal and in hexadecimal groups alike; texts longer than any address needs are refused unread.
 *
 * <p>Pure functions.
 */
final class IpLiteral {

    private IpLiteral() {}

    static byte @Nullable [] parse(String text) {
        if (text.length() > 45) {
            return null;
        }
        return text.indexOf(':') < 0 ? parseV4(text, 0) : parseV6(text);
    }

    private static byte @Nullable [] parseV4(String text, int from) {
        byte[] bytes = new byte[4];
        int position = from;
        for (int i = 0; i < 4; i++) {
            if (i > 0) {
                if (position >= text.length() || text.charAt(position) != '.') {
                    return null;
                }
                position++;
            }
            int start = position;
            int value = 0;
            while (position < text.length() && isDigit(text.charAt(position))) {
                value = value * 10 + (text.charAt(position) - '0');
                if (value > 255) {
                    return null;
                }
                position++;
            }
            if (position == start) {
                return null;
            }
            bytes[i] = (byte) value;
        }
        return position == text.length() ? bytes : null;
    }

    private static byte @Nullable [] parseV6(String text) {
        byte[] bytes = new byte[16];
        int filled = 0;
        int ellipsis = -1;
        int position = 0;
        if (text.startsWith("::")) {
            ellipsis = 0;
            position = 2;
        }
        while (position < text.length() && filled < 16) {
            int end = position;
            int value = 0;
            while (end < text.length() && Character.digit(text.charAt(end), 16) >= 0 && text.charAt(end) < 128) {
                value = value << 4 | Character.digit(text.charAt(end), 16);
                if (value > 0xffff) {
                    return null;
                }
                end++;
            }
            if (end == position) {
                return null;
            }
            if (end < text.length() && text.charAt(end) == '.') {
                byte[] tail = parseV4(text, position);
                if (tail == null || filled > 12 || (ellipsis < 0 && filled != 12)) {
                    return null;
                }
                System.arraycopy(tail, 0, bytes, filled, 4);
                filled += 4;
                position = text.length();
                break;
            }
            bytes[filled++] = (byte) (value >> 8);
            bytes[filled++] = (byte) value;
            position = end;
            if (position == text.length()) {
                break;
            }
            if (text.charAt(position) != ':' || position + 1 == text.length()) {
                return null;
            }
            position++;
            if (text.charAt(position) == ':') {
                if (ellipsis >= 0) {
                    return null;
                }
                ellipsis = filled;
                position++;
            }
        }
        if (position != text.length()) {
            return null;
        }
        if (filled < 16) {
            if (ellipsis < 0) {
                return null;
            }
            int moved = filled - ellipsis;
            System.arraycopy(bytes, ellipsis, bytes, 16 - moved, moved);
            Arrays.fill(bytes, ellipsis, 16 - moved, (byte) 0);
        } else if (ellipsis >= 0) {
            return null;
        }
        return unmapped(bytes);
    }

    /** The four bytes inside {@code ::ffff:a.b.c.d}; any other address as it is. */
    static byte[] unmapped(byte[] bytes) {
        if (bytes.length == 4) {
            return bytes;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return bytes;
            }
        }
        if (bytes[10] != -1 || bytes[11] != -1) {
            return bytes;
        }
        return Arrays.copyOfRange(bytes, 12, 16);
    }

    static String format(byte[] bytes) {
        if (bytes.length == 4) {
            return (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        int runStart = -1;
        int runLength = 1; // a single zero group is not shortened (RFC 5952 4.2.2)
        for (int i = 0; i < 8; ) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
            i = Math.max(end, i + 1);
        }
        var text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
