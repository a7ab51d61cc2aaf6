package dev.onehop.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.onehop.k8s.fake.FakeApiServer;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster that is not the demo's. Its pods need an address that is not loopback, which nobody may point a client at;
 * skipped on a machine without one.
 */
@Timeout(60)
class RealClusterTest {

    @TempDir
    Path directory;

    private final FakeApiServer api = FakeApiServer.start();
    private Path kubeconfig = Path.of("");

    @BeforeEach
    void writeKubeconfig() throws Exception {
        kubeconfig = Files.writeString(directory.resolve("config"), api.kubeconfig());
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void showsPathShareAndExplanation() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeThat(own).isPresent();
        try (var one = PodServer.start("one", new InetSocketAddress(own.get(), 0));
                var two = PodServer.start("two", new InetSocketAddress(own.get(), 0))) {
            service();
            slice("api-1", one);
            slice("api-2", two);

            var run = Run.of("--kubeconfig=" + kubeconfig, "--service=api.shop:80", "--seconds=1", "--requests=200");

            assertThat(run.code()).as(run.all()).isZero();
            assertThat(run.out())
                    .contains("http://api.shop:80/health -> pod api-", "the pod: one hop", "  even: chi-square ")
                    .contains("verdict   BACKENDS", "Changes within 1 s", "2 eligible: api-1, api-2")
                    .contains("0 requests failed; the share is even.");
        }
    }

    @Test
    void unknownServiceExitsWith2AndSaysSo() {
        var run = Run.of("--kubeconfig=" + kubeconfig, "--service=nobody.shop:80");

        assertThat(run.code()).as(run.all()).isEqualTo(2);
        assertThat(run.err()).contains("service: nobody.shop:80: ").doesNotContain("Exception");
    }

    @Test
    void loopbackPodsAreRefusedThere() {
        try (var pod = PodServer.start("one", new InetSocketAddress("127.0.0.1", 0))) {
            service();
            slice("api-1", pod);

            var run = Run.of("--kubeconfig=" + kubeconfig, "--service=api.shop:80");

            assertThat(run.code()).as(run.all()).isEqualTo(2);
        }
    }

    private void service() {
        api.apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: api, namespace: shop}
                spec: {ports: [{port: 80}]}
                """);
    }

    private void slice(String name, PodServer pod) {
        api.apply("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: %1$s, namespace: shop, labels: {kubernetes.io/service-name: api}}
                addressType: IPv4
                endpoints:
                  - {addresses: ["%2$s"], conditions: {ready: true}, targetRef: {kind: Pod, name: %1$s, uid: u-%1$s}}
                ports: [{port: %3$d}]
                """.formatted(
                name, pod.address().getAddress().getHostAddress(), pod.address().getPort()));
    }

    private static Optional<InetAddress> ownAddress() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress())
                .findFirst();
    }
}
