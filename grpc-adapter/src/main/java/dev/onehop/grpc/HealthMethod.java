package dev.onehop.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * {@code grpc.health.v1.Health/Check} and its two messages in protobuf's encoding, written by hand so that nobody gets a
 * protobuf library, or another version of theirs, for the sake of a string and a number:
 *
 * <pre>{@code
 * message HealthCheckRequest { string service = 1; }
 * message HealthCheckResponse { ServingStatus status = 1; }
 * }</pre>
 *
 * <p>Pure functions.
 */
final class HealthMethod {

    /** From a service name to a {@code ServingStatus}' number. */
    static final MethodDescriptor<String, Integer> CHECK = MethodDescriptor.<String, Integer>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName("grpc.health.v1.Health", "Check"))
            .setRequestMarshaller(new Request())
            .setResponseMarshaller(new Response())
            .build();

    static final int SERVING = 1;

    /** Both messages' only field is number 1; the low three bits say how its value is written. */
    private static final int FIELD_1_VARINT = 1 << 3;

    private static final int FIELD_1_BYTES = (1 << 3) | 2;
    private static final int VARINT_BYTES = 10;

    private HealthMethod() {}

    /** {@code NOT_SERVING}, or the number where it has no name. */
    static String name(int status) {
        return switch (status) {
            case 0 -> "UNKNOWN";
            case SERVING -> "SERVING";
            case 2 -> "NOT_SERVING";
            case 3 -> "SERVICE_UNKNOWN";
            default -> "status " + status;
        };
    }

    private static final class Request implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String service) {
            byte[] name = service.getBytes(StandardCharsets.UTF_8);
            var message = new ByteArrayOutputStream(name.length + 1 + VARINT_BYTES);
            if (name.length > 0) {
                message.write(FIELD_1_BYTES);
                int left = name.length;
                for (; left > 0x7f; left >>>= 7) {
                    message.write((left & 0x7f) | 0x80);
                }
                message.write(left);
                message.writeBytes(name);
            }
            return new ByteArrayInputStream(message.toByteArray());
        }

        @Override
        public String parse(InputStream stream) {
            throw new UnsupportedOperationException("we serve no health");
        }
    }

    private static final class Response implements MethodDescriptor.Marshaller<Integer> {
        @Override
        public InputStream stream(Integer status) {
            throw new UnsupportedOperationException("we serve no health");
        }

        @Override
        public Integer parse(InputStream stream) {
            try {
                return status(new DataInputStream(stream));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The last of field 1, as protobuf has it; 0 where there is none. Fields we do not know are skipped. */
        private static int status(DataInputStream message) throws IOException {
            int status = 0;
            for (int first = message.read(); first >= 0; first = message.read()) {
                long tag = varint(first, message);
                if (tag == FIELD_1_VARINT) {
                    status = (int) varint(message.readUnsignedByte(), message);
                } else {
                    skip((int) tag & 7, message);
                }
            }
            return status;
        }

        private static long varint(int first, DataInputStream message) throws IOException {
            long value = first & 0x7f;
            int last = first;
            for (int i = 1; last > 0x7f; i++) {
                if (i == VARINT_BYTES) {
                    throw new ProtocolException("HealthCheckResponse: a number of more than ten bytes");
                }
                last = message.readUnsignedByte();
                value |= (last & 0x7fL) << (7 * i);
            }
            return value;
        }

        private static void skip(int type, DataInputStream message) throws IOException {
            switch (type) {
                case 0 -> varint(message.readUnsignedByte(), message);
                case 1 -> skipBytes(8, message);
                case 2 -> skipBytes(varint(message.readUnsignedByte(), message), message);
                case 5 -> skipBytes(4, message);
                default -> throw new ProtocolException("HealthCheckResponse: wire type " + type);
            }
        }

        private static void skipBytes(long bytes, DataInputStream message) throws IOException {
            message.skipNBytes(Math.max(0, bytes));
        }
    }
}
