package dev.onehop.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.onehop.ActiveCheck;
import dev.onehop.health.Classifier;
import dev.onehop.health.Signal;
import dev.onehop.testing.LoopbackPod;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InternalChannelz;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a check by grpc.health.v1 says over real sockets, and what it makes of the answers. */
class GrpcHealthTest {

    private static final Duration PATIENT = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(400);

    private final HealthStatusManager health = new HealthStatusManager();
    private GrpcPod pod;

    @BeforeEach
    void start() throws IOException {
        pod = GrpcPod.start(health.getHealthService());
    }

    @AfterEach
    void close() {
        pod.close();
    }

    @Test
    void servingIsWellForTheServerAndForAServiceOfIt() throws Exception {
        health.setStatus("shop.Cart", ServingStatus.SERVING);

        check(GrpcHealth.check());
        check(GrpcHealth.check("shop.Cart"));

        assertThat(pod.opened()).as("a connection each").isEqualTo(2);
    }

    @Test
    void everyOtherStatusIsNot() {
        for (ServingStatus status :
                List.of(ServingStatus.NOT_SERVING, ServingStatus.UNKNOWN, ServingStatus.SERVICE_UNKNOWN)) {
            health.setStatus("shop.Cart", status);

            Throwable why = failure(GrpcHealth.check("shop.Cart"), pod.address(), PATIENT);

            assertThat(why).hasMessage("answered " + status);
            assertThat(signal(why).isHard()).isFalse();
        }
    }

    @Test
    void aServiceThatTheServerDoesNotKnowIsNotWell() {
        Throwable why = failure(GrpcHealth.check("shop.Gone"), pod.address(), PATIENT);

        assertThat(why).hasMessageContaining("NOT_FOUND");
        assertThat(signal(why).isHard()).isFalse();
    }

    @Test
    void a17_aServerWithoutHealthServiceCountsAsWellWithOneWarning() throws Exception {
        var logger = (Logger) LoggerFactory.getLogger(GrpcHealth.class);
        var logged = new ListAppender<ILoggingEvent>();
        logged.start();
        logger.addAppender(logged);
        try (GrpcPod without = GrpcPod.start()) {
            GrpcHealth check = GrpcHealth.check();
            for (int i = 0; i < 3; i++) {
                check(check, without.address(), PATIENT);
            }
        } finally {
            logger.detachAppender(logged);
        }

        assertThat(logged.list).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage()).contains("api-service.shop", "127.71.0.1", "grpc.health.v1");
        });
    }

    @Test
    void theServiceIsTheAuthorityWhateverIsDialled() throws Exception {
        check(GrpcHealth.check());

        assertThat(pod.authorities()).containsExactly("api-service.shop");
    }

    @Test
    void aRefusedConnectIsHardEvidence() {
        InetSocketAddress address = pod.address();
        pod.close();

        Throwable why = failure(GrpcHealth.check(), address, PATIENT);

        assertThat(signal(why)).isEqualTo(Signal.CONNECT_REFUSED);
        assertThat(why).hasMessageContaining("Connection refused");
    }

    @Test
    void aNodeThatSwallowsSynsIsAConnectTimeoutWithinTheTimeout() throws Exception {
        try (LoopbackPod gone = loopback()) {
            gone.blackHole();
            long beganNanos = System.nanoTime();

            Throwable why = failure(GrpcHealth.check(), named(gone.address()), SHORT);

            assertThat(signal(why)).isEqualTo(Signal.CONNECT_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(PATIENT);
        }
    }

    @Test
    void aPodThatAcceptsAndNeverSpeaksHttp2HasNoConnectionForAGrpcClient() throws Exception {
        try (var listener = new ServerSocket(0, 10, InetAddress.getByName("127.71.0.2"))) {
            Throwable why = failure(GrpcHealth.check(), GrpcPod.at("127.71.0.2", listener.getLocalPort()), SHORT);

            assertThat(signal(why)).isEqualTo(Signal.CONNECT_TIMEOUT);
            assertThat(why).hasMessageContaining("no HTTP/2 connection");
        }
    }

    @Test
    void aServerThatNeverAnswersIsNotWellAndNoFailedConnect() throws Exception {
        try (GrpcPod stuck = GrpcPod.start(new HealthGrpc.HealthImplBase() {
            @Override
            public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
                // and there it stays
            }
        })) {
            check(GrpcHealth.check()); // classes are loaded: the short time is for the answer

            Throwable why = failure(GrpcHealth.check(), stuck.address(), SHORT);

            assertThat(why).hasMessage("no answer in time");
            assertThat(signal(why).isHard()).isFalse();
            await().atMost(PATIENT).until(() -> stuck.open() == 0);
        }
    }

    @Test
    void anAnswerThatIsNoHealthIsNotWell() throws Exception {
        try (LoopbackPod http1 = loopback()) {
            assertThat(signal(failure(GrpcHealth.check(), named(http1.address()), PATIENT))
                            .isHard())
                    .isFalse();
        }
        try (GrpcPod chatty = GrpcPod.start(new HealthGrpc.HealthImplBase() {
            @Override
            public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
                answer.onNext(HealthCheckResponse.newBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        7,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addLengthDelimited(ByteString.copyFrom(new byte[100_000]))
                                                .build())
                                .build())
                        .setStatus(ServingStatus.SERVING)
                        .build());
                answer.onCompleted();
            }
        })) {
            assertThat(failure(GrpcHealth.check(), chatty.address(), PATIENT))
                    .hasMessageContaining("RESOURCE_EXHAUSTED");
        }
    }

    @Test
    void s07_aCheckGoesStraightToThePodWhateverProxyTheJvmHas() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress("127.71.0.3", 1)));
        try {
            check(GrpcHealth.check());
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void twoHundredChecksLeaveNoConnectionChannelOrThread() throws Exception {
        GrpcHealth check = GrpcHealth.check();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(check.probe(pod.address(), PATIENT).toCompletableFuture());
            answers.add(check.probe(GrpcPod.at("127.71.0.9", 1), PATIENT).toCompletableFuture());
        }
        for (int i = 0; i < answers.size(); i += 2) {
            answers.get(i).get(10, TimeUnit.SECONDS);
            assertThat(answers.get(i + 1)).failsWithin(PATIENT.multipliedBy(2));
        }

        assertThat(pod.opened()).isEqualTo(100);
        await().atMost(PATIENT).until(() -> pod.open() == 0);
        await().atMost(PATIENT).untilAsserted(() -> assertThat(channels()).isZero());
        pod.close(); // its event loops are gRPC's shared ones, too
        await().atMost(PATIENT.multipliedBy(2))
                .untilAsserted(() -> assertThat(grpcThreads()).isEmpty());
    }

    @Test
    void inputIsChecked() {
        assertThatThrownBy(() -> GrpcHealth.check("shop.Cart\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("service: 'shop.Cart?' (expected: at most 1,000 printable characters, shop.Cart say)");
        assertThatThrownBy(() -> GrpcHealth.check("x".repeat(1_001))).hasMessageStartingWith("service: 'xx");
        assertThatThrownBy(() -> GrpcHealth.check().overTls(InsecureChannelCredentials.create(), "api-service.shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("credentials: plaintext");
        assertThat(ActiveCheck.by(GrpcHealth.check())).hasToString("grpc health");
        assertThat(ActiveCheck.by(GrpcHealth.check("shop.Cart"))).hasToString("grpc health shop.Cart");
    }

    private void check(GrpcHealth check) throws Exception {
        check(check, pod.address(), PATIENT);
    }

    private static void check(GrpcHealth check, InetSocketAddress backend, Duration timeout) throws Exception {
        check.probe(backend, timeout).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static Throwable failure(GrpcHealth check, InetSocketAddress backend, Duration timeout) {
        try {
            check(check, backend, timeout);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it is well");
    }

    private static Signal signal(Throwable failure) {
        return Classifier.standard().ofFailure(failure);
    }

    private static int channels() {
        return InternalChannelz.instance().getRootChannels(0, 1_000).channels.size();
    }

    private static List<String> grpcThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("grpc"))
                .toList();
    }

    private static LoopbackPod loopback() throws IOException {
        return LoopbackPod.start("pod", InetAddress.getByName("127.71.0.4"), 0);
    }

    private static InetSocketAddress named(InetSocketAddress address) {
        return GrpcPod.at(address.getAddress().getHostAddress(), address.getPort());
    }
}
