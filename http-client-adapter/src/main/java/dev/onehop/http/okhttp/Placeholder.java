package dev.onehop.http.okhttp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The address that stands for a Service in OkHttp's books, and is never dialled: one of the discard-only prefix
 * {@code 100::/64} (RFC 6666) with 64 bits of the name's digest. Two names do not share one, or OkHttp would send requests
 * for the one over HTTP/2 connections to the other where a certificate covers both; and one name has but one, or OkHttp
 * would dial the Service twice.
 *
 * <p>Pure functions.
 */
final class Placeholder {

    private static final byte[] PREFIX = {1, 0, 0, 0, 0, 0, 0, 0};

    private Placeholder() {}

    /** The one of {@code host}, whose name it carries. */
    static InetAddress of(String host) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(host.getBytes(StandardCharsets.UTF_8));
            byte[] address =
                    ByteBuffer.allocate(16).put(PREFIX).put(digest, 0, 8).array();
            return InetAddress.getByAddress(host, address);
        } catch (NoSuchAlgorithmException | UnknownHostException e) {
            throw new AssertionError("every JVM has SHA-256, and sixteen bytes are an address", e);
        }
    }

    /** Whether it is one. */
    static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 16 && ByteBuffer.wrap(bytes, 0, 8).equals(ByteBuffer.wrap(PREFIX));
    }
}
