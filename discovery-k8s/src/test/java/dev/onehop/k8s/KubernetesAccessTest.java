package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.onehop.k8s.fake.Ending;
import dev.onehop.k8s.fake.FakeApiServer;
import dev.onehop.k8s.fake.Verb;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.SearchPath;
import dev.onehop.service.ServiceView.Live;
import dev.onehop.service.ServiceView.Stale;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who we are, whom we talk to, where we run, and that nothing is left behind. */
class KubernetesAccessTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    // TLS, tokens, kubeconfig

    @Test
    void tlsAndATokenAreTakenFromTheKubeconfig() throws Exception {
        FakeApiServer server = FakeApiServer.builder().tls().token("s3cret").start();
        server.create("services", "shop", ApiObjects.apiService());
        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());

        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().kubeconfig(kubeconfig))) {
            rig.slice("s1", "10.0.0.1").live();

            assertThat(rig.addresses()).containsExactly("10.0.0.1");
            assertThat(server.requests())
                    .allSatisfy(request -> assertThat(request.authorized()).isTrue());
        }
    }

    @Test
    void aServerWhoseCertificateWeDoNotTrustIsNotBelieved() throws Exception {
        FakeApiServer server = FakeApiServer.builder().tls().start();
        server.create("services", "shop", ApiObjects.apiService());
        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());

        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().kubeconfig(kubeconfig))) {
            rig.slice("s1", "10.0.0.1").live();
            server.rotateCertificate();
            server.faults().endWatches("endpointslices", Ending.RESET);
            rig.change("s1", "10.66.0.1");

            rig.push(
                    SECOND,
                    Duration.ofSeconds(40),
                    () -> rig.last() instanceof Stale stale && stale.why().contains("SSL"));

            assertThat(rig.addresses()).containsExactly("10.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void c14_aRotatedAuthorityIsReadAgainAndNeedsNoRestart(boolean inAFileOfItsOwn) throws Exception {
        FakeApiServer server = FakeApiServer.builder().tls().start();
        server.create("services", "shop", ApiObjects.apiService());
        Path authority = Files.writeString(folder.resolve("ca.crt"), server.caCertificatePem());
        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl(server.url())
                .withCaCertFile(authority.toString())
                .build();
        var builder = KubernetesDiscovery.builder();

        try (Rig rig = Rig.start(server, inAFileOfItsOwn ? builder.config(config) : builder.kubeconfig(kubeconfig))) {
            rig.slice("s1", "10.0.0.1").live();
            server.rotateCertificate();
            server.faults().endWatches("endpointslices", Ending.RESET);
            rig.change("s1", "10.0.0.2");
            rig.push(
                    SECOND,
                    Duration.ofSeconds(40),
                    () -> rig.last() instanceof Stale stale && stale.why().contains("SSL"));
            Files.writeString(authority, server.caCertificatePem());
            Files.writeString(kubeconfig, server.kubeconfig());

            Duration took = rig.push(
                    SECOND,
                    Duration.ofSeconds(62),
                    () -> rig.last() instanceof Live && rig.addresses().contains("10.0.0.2"));

            assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(31));
            rig.push(
                    SECOND,
                    Duration.ofSeconds(31),
                    () -> rig.server.openWatches("services") == 1
                            && rig.server.openWatches("endpointslices") == 1
                            && rig.last() instanceof Live);
            awaitNone("onehop-k8s-renew");
        }
    }

    @Test
    void c13_aRotatedTokenIsReadAgainAfterA401() throws Exception {
        FakeApiServer server = FakeApiServer.builder().token("old").start();
        server.create("services", "shop", ApiObjects.apiService());
        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());

        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().kubeconfig(kubeconfig))) {
            rig.slice("s1", "10.0.0.1").live();
            server.faults().rotateToken("new");
            Files.writeString(kubeconfig, server.kubeconfig());
            server.faults().endWatches("endpointslices", Ending.CLOSE);
            rig.change("s1", "10.0.0.2");

            Duration took = rig.push(
                    Duration.ofMillis(200),
                    Duration.ofSeconds(10),
                    () -> rig.last() instanceof Live && rig.addresses().contains("10.0.0.2"));

            assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(2));
        }
    }

    @Test
    void aTokenThatIsRefusedLeavesTheViewUntilAGoodOneComes() throws Exception {
        FakeApiServer server = FakeApiServer.builder().token("old").start();
        server.create("services", "shop", ApiObjects.apiService());
        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());

        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().kubeconfig(kubeconfig))) {
            rig.slice("s1", "10.0.0.1").live();
            server.faults().rotateToken("new");
            server.faults().endWatches("endpointslices", Ending.CLOSE);
            rig.push(
                    SECOND,
                    Duration.ofSeconds(10),
                    () -> rig.last() instanceof Stale stale && stale.why().contains("401"));
            assertThat(rig.addresses()).containsExactly("10.0.0.1");
            Files.writeString(kubeconfig, server.kubeconfig());

            Duration took = rig.push(SECOND, Duration.ofSeconds(31), () -> rig.last() instanceof Live);

            assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(31));
        }
    }

    @Test
    void aKubeconfigThatIsNotThereIsNamed() {
        Path missing = folder.resolve("nowhere");

        assertThatThrownBy(
                        () -> KubernetesDiscovery.builder().kubeconfig(missing).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("kubeconfig: " + missing, "does not exist", "expected: a kubeconfig file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "kind: [",
                "hello",
                "apiVersion: v1\nkind: Config\n",
                "apiVersion: v1\nkind: Config\ncurrent-context: nope\n"
            })
    void aFileThatIsNoKubeconfigIsNamed(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("config"), text);

        assertThatThrownBy(() -> KubernetesDiscovery.builder().kubeconfig(file).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("kubeconfig: " + file, "expected: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    missing | me   | https://127.0.0.1:1 | names a cluster that is not there: missing
                    here    | you  | https://127.0.0.1:1 | names a user that is not there: you
                    here    | me   | 127.0.0.1:1         | names a server without a scheme: 127.0.0.1:1
                    here    | me   | canary@127.0.0.1:1  | names a server without a scheme: ...@127.0.0.1:1
                    """)
    void aContextThatLeadsNowhereIsRefused(String cluster, String user, String server, String objection)
            throws Exception {
        Path file = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: mine
                contexts:
                - name: mine
                  context: {cluster: %s, user: %s}
                clusters:
                - name: here
                  cluster: {server: "%s"}
                users:
                - name: me
                  user: {token: canary}
                """.formatted(cluster, user, server));

        assertThatThrownBy(() -> KubernetesDiscovery.builder().kubeconfig(file).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("kubeconfig: " + file, objection, "expected: ")
                .hasMessageNotContaining("canary");
    }

    @Test
    void aServerWithoutASchemeIsNotConnectedToWhenItIsRefused() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(200);
            Path file = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: mine
                contexts: [{name: mine, context: {cluster: here}}]
                clusters: [{name: here, cluster: {server: "127.0.0.1:%d"}}]
                """.formatted(listener.getLocalPort()));

            assertThatThrownBy(
                            () -> KubernetesDiscovery.builder().kubeconfig(file).build())
                    .isInstanceOf(IllegalArgumentException.class);

            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aCertificateFileThatIsNotThereIsSaidAtBuild() {
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:1")
                .withCaCertFile(folder.resolve("ca.crt").toString())
                .build();

        assertThatThrownBy(() -> KubernetesDiscovery.builder().config(config).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("https://127.0.0.1:1", "ca.crt");
    }

    @Test
    void s14_aConfigurationThatChecksNothingIsRefusedUnlessCodeAsksForIt() {
        var trusting = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:1")
                .withTrustCerts(true)
                .build();
        var careless = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:1")
                .withDisableHostnameVerification(true)
                .build();

        assertThatThrownBy(() -> KubernetesDiscovery.builder().config(trusting).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trustCerts: true (expected: false, or insecure(true) in code)");
        assertThatThrownBy(() -> KubernetesDiscovery.builder().config(careless).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("disableHostnameVerification: true");
        KubernetesDiscovery.builder().config(trusting).insecure(true).build().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "http://a b", "http://ftp://x", "https://127.0.0.1:99999"})
    void anAddressThatIsNoneIsRefused(String address) {
        var config = new ConfigBuilder(Config.empty()).withMasterUrl(address).build();

        assertThatThrownBy(() -> KubernetesDiscovery.builder().config(config).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("API server: " + address, "expected: ");
    }

    @Test
    void s14_aTokenIsNotSentInClearToAnotherMachineUnlessCodeAsksForIt() {
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://192.0.2.1:6443")
                .withOauthToken("canary")
                .build();

        assertThatThrownBy(() -> KubernetesDiscovery.builder().config(config).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("http://192.0.2.1:6443", "in clear")
                .hasMessageNotContaining("canary");
        KubernetesDiscovery.builder().config(config).insecure(true).build().close();
    }

    @Test
    void s17_aKubeconfigThatCannotBeParsedIsNotQuoted() throws Exception {
        Path file = Files.writeString(folder.resolve("config"), "users:\n- user:\n    token: \"canary\n  x: [");

        assertThatThrownBy(() -> KubernetesDiscovery.builder().kubeconfig(file).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageNotContaining("canary");
    }

    @Test
    void s16_aProjectedTokenIsReadAgainWhenItsLinkMoves() throws Exception {
        FakeApiServer server = FakeApiServer.builder().token("old").start();
        server.create("services", "shop", ApiObjects.apiService());
        Path link = project("old", "..2026_1");
        var properties = Map.of(
                "kubernetes.auth.tryKubeConfig",
                "false",
                "kubernetes.auth.serviceAccount.token",
                Files.createSymbolicLink(folder.resolve("token"), Path.of("..data", "token"))
                        .toString(),
                "kubernetes.master",
                server.url());
        properties.forEach(System::setProperty);
        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder())) {
            rig.slice("s1", "10.0.0.1").live();
            server.faults().rotateToken("new");
            Files.delete(link);
            project("new", "..2026_2");
            server.faults().endWatches("endpointslices", Ending.CLOSE);
            rig.change("s1", "10.0.0.2");

            Duration took = rig.push(
                    Duration.ofMillis(200),
                    Duration.ofSeconds(10),
                    () -> rig.last() instanceof Live && rig.addresses().contains("10.0.0.2"));

            assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(2));
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }

    /** Writes a token as the kubelet does: into a folder of its own, to which one link leads. */
    private Path project(String token, String version) throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve(version)).resolve("token"), token);
        return Files.createSymbolicLink(folder.resolve("..data"), Path.of(version));
    }

    @Test
    void s17_noLibraryLogsATokenWhateverHappensToIt() throws Exception {
        try (Logged everything = Logged.byAll()) {
            FakeApiServer server =
                    FakeApiServer.builder().tls().token("canary-one").start();
            server.create("services", "shop", ApiObjects.apiService());
            server.faults().deny(Verb.GET, "nodes");
            Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());
            try (Rig rig = Rig.start(
                    server, KubernetesDiscovery.builder().kubeconfig(kubeconfig).nodeName("node-a"))) {
                rig.slice("s1", "10.0.0.1").live();
                server.faults().rotateToken("canary-two");
                server.faults().endWatches("endpointslices", Ending.CLOSE);
                rig.push(SECOND, Duration.ofSeconds(10), () -> rig.last() instanceof Stale);
                Files.writeString(kubeconfig, server.kubeconfig());
                rig.push(SECOND, Duration.ofSeconds(31), () -> rig.last() instanceof Live);
                server.rotateCertificate();
                server.faults().endWatches("endpointslices", Ending.RESET);
                rig.push(SECOND, Duration.ofSeconds(10), () -> rig.last() instanceof Stale);
                Files.writeString(kubeconfig, "users: [canary-three");
                rig.push(
                        SECOND,
                        Duration.ofSeconds(60),
                        () -> everything.lines("WARN").toString().contains("cannot be read again"));

                assertThat(rig.heard.toString() + rig.discovery.status()).doesNotContain("canary");
            }

            assertThat(everything.lines("DEBUG"))
                    .as("what libraries say below INFO")
                    .isNotEmpty();
            assertThat(everything.lines()).noneMatch(line -> line.contains("canary"));
        }
    }

    @Test
    void s17_aTokenThatIsNoHeaderIsNotQuoted() {
        FakeApiServer server = FakeApiServer.start();
        var config = new ConfigBuilder(Rig.config(server))
                .withOauthToken("canary\u0001")
                .build();

        try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().config(config))) {
            rig.follow();
            rig.until(() -> rig.last().toString().contains("unusable request"));

            assertThat(rig.heard.toString() + rig.discovery.status()).doesNotContain("canary");
        }
    }

    @Test
    void s14_aSystemPropertyCannotTurnTheCheckOff() {
        System.setProperty("kubernetes.trust.certificates", "true");
        try {
            assertThatThrownBy(KubernetesDiscovery::create).isInstanceOf(IllegalArgumentException.class);
        } finally {
            System.clearProperty("kubernetes.trust.certificates");
        }
    }

    @Test
    void inAPodBareNamesMeanTheNamespaceOfItsDnsSearchList() {
        SearchPath pod = SearchPath.ofPod("by-dns", "cluster.local");
        var given = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:1")
                .withNamespace("team")
                .build();

        try (var detected = KubernetesDiscovery.builder().searchPath(pod).build()) {
            assertThat(detected.namespace()).contains("by-dns");
        }
        try (var told =
                KubernetesDiscovery.builder().searchPath(pod).namespace("told").build()) {
            assertThat(told.namespace()).contains("told");
        }
        try (var elsewhere =
                KubernetesDiscovery.builder().searchPath(pod).config(given).build()) {
            assertThat(elsewhere.namespace()).contains("team");
        }
    }

    @Test
    void aConfigurationGivenStaysAsItWas() {
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:1")
                .withNamespace("team")
                .build();
        int retries = config.getRequestRetryBackoffLimit();

        try (var discovery = KubernetesDiscovery.builder().config(config).build()) {
            assertThat(discovery.namespace()).contains("team");
        }

        assertThat(config.getRequestRetryBackoffLimit()).isEqualTo(retries);
        assertThat(config.isHttp2Disable()).isFalse();
    }

    @Test
    void aBorrowedClientIsNotClosed() {
        FakeApiServer server = FakeApiServer.start();
        server.create("services", "shop", ApiObjects.apiService());
        try (var client =
                new KubernetesClientBuilder().withConfig(Rig.config(server)).build()) {
            try (Rig rig = Rig.start(server, KubernetesDiscovery.builder().client(client))) {
                rig.slice("s1", "10.0.0.1").live();
                rig.discovery.close();
                rig.until(() -> server.openWatches("endpointslices") == 0);

                assertThat(client.services().inNamespace("shop").list().getItems())
                        .hasSize(1);
            }
        }
    }

    // Where we run

    @Test
    void theZoneIsReadFromTheNodeAndPresentViewsAreToldAgain() {
        FakeApiServer server = FakeApiServer.start();
        server.create("services", "shop", ApiObjects.apiService());
        server.create("nodes", null, ApiObjects.node("node-a", "zone-a"));
        server.faults().on(Verb.GET, "nodes").times(1).fail(500);

        try (Rig rig = Rig.start(
                server, KubernetesDiscovery.builder().config(Rig.config(server)).nodeName("node-a"))) {
            rig.slice("s1", "10.0.0.1").live();
            assertThat(rig.discovery.location()).isEqualTo(new ClientLocation("node-a", null));
            int before = rig.heard.size();

            rig.push(
                    SECOND,
                    Duration.ofSeconds(5),
                    () -> rig.discovery.location().zone() != null);

            assertThat(rig.discovery.location()).isEqualTo(new ClientLocation("node-a", "zone-a"));
            assertThat(rig.heard.subList(before, rig.heard.size()))
                    .singleElement()
                    .isInstanceOf(Live.class);
        }
    }

    @Test
    void aNodeWhoseBodyNeverEndsIsAskedForAgain() {
        FakeApiServer server = FakeApiServer.start();
        server.create("services", "shop", ApiObjects.apiService());
        server.create("nodes", null, ApiObjects.node("node-a", "zone-a"));
        server.faults().on(Verb.GET, "nodes").times(1).cutBody(0.5, Ending.HANG);

        try (Rig rig = Rig.start(
                server, KubernetesDiscovery.builder().config(Rig.config(server)).nodeName("node-a"))) {
            rig.until(() -> !server.requests().isEmpty());

            Duration took = rig.push(
                    SECOND,
                    Duration.ofSeconds(40),
                    () -> "zone-a".equals(rig.discovery.location().zone()));

            assertThat(took).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(33));
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void aNodeWeMayNotReadLeavesTheZoneUnknownAndIsAskedForOnce() {
        FakeApiServer server = FakeApiServer.start();
        server.faults().deny(Verb.GET, "nodes");

        try (Rig rig = Rig.start(
                server, KubernetesDiscovery.builder().config(Rig.config(server)).nodeName("node-a"))) {
            rig.until(() -> !server.requests().isEmpty());
            rig.push(Duration.ofMinutes(1), Duration.ofMinutes(11), () -> rig.time.nanoTime() > 600_000_000_000L);

            assertThat(rig.discovery.location()).isEqualTo(new ClientLocation("node-a", null));
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void theEnvironmentSaysWhereWeAreAndCodeKnowsBetter() {
        var environment = Map.of("NODE_NAME", "node-e", "NODE_ZONE", "zone-e");

        assertThat(NodeIdentity.known(null, null, environment)).isEqualTo(new ClientLocation("node-e", "zone-e"));
        assertThat(NodeIdentity.known("node-c", "zone-c", environment))
                .isEqualTo(new ClientLocation("node-c", "zone-c"));
        assertThat(NodeIdentity.known(null, null, Map.of("NODE_NAME", "", "NODE_ZONE", "")))
                .isEqualTo(ClientLocation.unknown());
    }

    // Nothing left behind

    @Test
    void c25_afterAGapInTimeEverythingIsListedAgain() {
        try (Rig rig = Rig.start()) {
            rig.slice("s1", "10.0.0.1").live();
            rig.time.advance(SECOND.dividedBy(2));
            rig.asleepMillis = 3_600_000;

            rig.push(
                    SECOND,
                    Duration.ofSeconds(5),
                    () -> rig.status("endpointslices").relists() > 0);

            rig.until(() -> rig.status("services").relists() > 0);
        }
    }

    @Test
    void c30_closingInAnyPhaseLeavesNoThreadAndNoConnection() {
        try (FakeApiServer server = FakeApiServer.start()) {
            server.create("services", "shop", ApiObjects.apiService());
            openAndClose(server, 0);
            awaitOurThreads(Set.of());
            var random = new Random(42);

            for (int i = 0; i < 60; i++) {
                openAndClose(server, random.nextInt(60));
            }

            awaitOurThreads(Set.of());
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> server.openWatches("services") + server.openWatches("endpointslices") == 0);
        }
    }

    @Test
    void c30_closingWhileTheServerSaysNothingLeavesNoThreadAndNoConnection() {
        try (FakeApiServer server = FakeApiServer.start()) {
            server.faults().on(null, null).drop(Ending.HANG);
            var discovery =
                    KubernetesDiscovery.builder().config(Rig.config(server)).build();
            discovery.subscribe(ApiObjects.API, view -> {});
            await().until(() -> server.requests().size() == 2);

            discovery.close();

            awaitOurThreads(Set.of());
        }
    }

    private static void openAndClose(FakeApiServer server, int afterMillis) {
        var seen = new AtomicBoolean();
        var discovery = KubernetesDiscovery.builder().config(Rig.config(server)).build();
        discovery.subscribe(ApiObjects.API, view -> seen.set(view instanceof Live));
        long until = System.nanoTime() + Duration.ofMillis(afterMillis).toNanos();
        while (System.nanoTime() - until < 0 && !seen.get()) {
            Thread.onSpinWait();
        }
        discovery.close();
    }

    private static void awaitOurThreads(Set<String> expected) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            System.gc(); // the JDK's client ends its thread when nobody holds the client any more
            assertThat(ourThreads()).isEqualTo(expected);
        });
    }

    private static void awaitNone(String name) {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals(name)));
    }

    private static Set<String> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("onehop-k8s")
                        || name.startsWith("HttpClient-")
                        || name.startsWith("-")
                        || name.contains("JdkHttpClient")
                        || name.contains("OwnTransport"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
