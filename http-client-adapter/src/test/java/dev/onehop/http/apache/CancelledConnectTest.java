package dev.onehop.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.http.contract.ContractFixture;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call whose caller leaves while it is being connected: its dial ends with it, and no pod is to blame. */
class CancelledConnectTest extends ContractFixture {

    enum Client {
        CLASSIC,
        ASYNC
    }

    /** A call under way. */
    private record Call(Future<?> end, Runnable cancel, ConnPoolControl<HttpRoute> pool) {

        void cancelled() {
            cancel.run();
            assertThatThrownBy(() -> end.get(10, TimeUnit.SECONDS)).isNotInstanceOf(TimeoutException.class);
            await().atMost(SOON).until(() -> pool.getTotalStats().getLeased() == 0);
        }
    }

    @Override
    protected ClientUnderTest open(Onehop onehop, Setup setup) {
        return ClassicClient.over(onehop, setup);
    }

    @ParameterizedTest
    @EnumSource
    void aConnectThatNobodyAnswersIsGivenUp(Client client) throws Exception {
        LoopbackPod pod = pods(1).get(0).blackHole();
        Onehop onehop = onehop();

        Call call = begun(client, onehop, URL + "/");
        await().atMost(SOON).until(() -> connectsUnderWay(pod) == 1);
        call.cancelled();

        await().atMost(SOON).until(() -> connectsUnderWay(pod) == 0);
        nobodyIsToBlame(balancer(onehop));
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatIsInItsTlsHandshakeIsClosed(Client client) throws Exception {
        try (var pod = new ServerSocket(0, 5, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            discovery.set(
                    Services.on(443),
                    EndpointSlice.of(
                            LoopbackPods.API,
                            "api-service-1",
                            List.of(new SlicePort("http", Protocol.TCP, pod.getLocalPort())),
                            List.of(Endpoint.builder("127.0.0.1").build())));
            Onehop onehop = onehop();

            Call call = begun(client, onehop, "https://api-service.shop/");
            Socket taken = pod.accept();
            taken.setSoTimeout(10_000);
            assertThat(taken.getInputStream().read()).as("a handshake").isEqualTo(22);
            call.cancelled();

            assertThatCode(() -> taken.getInputStream().readAllBytes())
                    .as("its end, or a reset")
                    .isNotInstanceOf(SocketTimeoutException.class);
            nobodyIsToBlame(onehop.forHost("api-service.shop", 443).orElseThrow());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyElseIsDialled(Client client) throws Exception {
        LoopbackPods pods = pods(3);
        pods.forEach(LoopbackPod::blackHole);
        Onehop onehop = onehop();
        Balancer balancer = balancer(onehop);

        Call call = begun(client, onehop, URL + "/");
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 1);
        long dials = balancer.tally().started(); // a second may have followed the first, which gets a second of time
        Map<Signal, Long> failures = failures(balancer);
        call.cancelled();

        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isEqualTo(dials);
        assertThat(failures(balancer)).isEqualTo(failures);
        assertThat(balancer.tally().abandoned()).isEqualTo(1);
    }

    private Call begun(Client client, Onehop onehop, String url) {
        if (client == Client.ASYNC) {
            var pool = OnehopAsyncConnectionManager.of(onehop);
            CloseableHttpAsyncClient http =
                    closing(HttpAsyncClients.custom().setConnectionManager(pool).build());
            http.start();
            Future<?> end = http.execute(SimpleRequestBuilder.get(url).build(), null);
            return new Call(end, () -> end.cancel(true), pool);
        }
        var pool = OnehopConnectionManager.of(onehop);
        CloseableHttpClient http =
                closing(HttpClients.custom().setConnectionManager(pool).build());
        var request = new HttpGet(url);
        ExecutorService caller = Executors.newSingleThreadExecutor();
        Future<?> end = caller.submit(() -> http.execute(request, HttpResponse::getCode));
        caller.shutdown();
        return new Call(end, request::abort, pool);
    }

    private static void nobodyIsToBlame(Balancer balancer) {
        await().atMost(SOON).until(() -> balancer.tally().inFlight() == 0);
        assertThat(balancer.tally().started()).isEqualTo(1);
        assertThat(balancer.tally().abandoned()).isEqualTo(1);
        assertThat(failures(balancer).values()).containsOnly(0L);
        assertThat(balancer.eligible().ejected()).isEmpty();
        assertThat(balancer.connections()).isZero();
    }

    private static Map<Signal, Long> failures(Balancer balancer) {
        Map<Signal, Long> failures = new EnumMap<>(Signal.class);
        for (Signal each : Signal.values()) {
            failures.put(each, balancer.tally().failed(each));
        }
        return failures;
    }

    /** How many sockets of this machine have sent the pod a SYN, and wait (state 02). Java's are those of IPv6, too. */
    private static long connectsUnderWay(LoopbackPod pod) throws IOException {
        int ip = ByteBuffer.wrap(pod.address().getAddress().getAddress())
                .order(ByteOrder.nativeOrder())
                .getInt();
        String there = String.format("%08X:%04X", ip, pod.port());
        long count = 0;
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            count += Files.readAllLines(Path.of(table)).stream()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(words -> words[2].endsWith(there) && words[3].equals("02"))
                    .count();
        }
        return count;
    }
}
