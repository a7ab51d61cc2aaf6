package dev.onehop.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our two messages are protobuf's, as protobuf itself reads and writes them. */
class HealthMethodTest {

    @Test
    void theMethodIsTheProtocols() {
        assertThat(HealthMethod.CHECK.getFullMethodName())
                .isEqualTo(HealthGrpc.getCheckMethod().getFullMethodName());
        assertThat(HealthMethod.CHECK.getType())
                .isEqualTo(HealthGrpc.getCheckMethod().getType());
    }

    @Test
    void protobufReadsTheServicesName() throws Exception {
        for (String name : List.of(
                "",
                "shop.Cart",
                "\u00e9t\u00e9 \ud83d\ude00",
                "x".repeat(127),
                "x".repeat(128),
                "\u00e9".repeat(1_000))) {
            byte[] bytes = HealthMethod.CHECK.streamRequest(name).readAllBytes();

            assertThat(bytes)
                    .isEqualTo(HealthCheckRequest.newBuilder()
                            .setService(name)
                            .build()
                            .toByteArray());
        }
    }

    @Test
    void weReadTheStatusThatProtobufWrites() {
        for (int status : List.of(0, 1, 2, 3, 4, 127, 128, 300, Integer.MAX_VALUE, -1)) {
            assertThat(read(HealthCheckResponse.newBuilder()
                            .setStatusValue(status)
                            .build()
                            .toByteArray()))
                    .isEqualTo(status);
        }
        assertThat(HealthMethod.name(2)).isEqualTo("NOT_SERVING");
        assertThat(HealthMethod.name(9)).isEqualTo("status 9");
    }

    @Test
    void fieldsThatLaterVersionsMayHaveAreSkipped() {
        var more = UnknownFieldSet.newBuilder()
                .addField(2, UnknownFieldSet.Field.newBuilder().addVarint(-1L).build())
                .addField(3, UnknownFieldSet.Field.newBuilder().addFixed32(1).build())
                .addField(4, UnknownFieldSet.Field.newBuilder().addFixed64(1).build())
                .addField(
                        500,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("\u0008\u0001 more"))
                                .build())
                .build();
        byte[] bytes = HealthCheckResponse.newBuilder()
                .setStatusValue(2)
                .setUnknownFields(more)
                .build()
                .toByteArray();

        assertThat(read(bytes)).isEqualTo(2);
        assertThat(read(more.toByteArray())).as("no status").isZero();
    }

    @Test
    void whateverElseComesIsAnErrorOrANumberAndEnds() {
        assertThatThrownBy(() -> read(new byte[] {8})).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> read(new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}))
                .hasMessageContaining("more than ten bytes");
        assertThatThrownBy(() -> read(new byte[] {0x12, 100, 1})).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> read(new byte[] {0x0b})).hasMessageContaining("wire type 3");
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            try {
                read(bytes);
            } catch (UncheckedIOException malformed) {
                // as it should
            }
        }
    }

    private static int read(byte[] bytes) {
        return HealthMethod.CHECK.parseResponse(new ByteArrayInputStream(bytes));
    }
}
