package dev.onehop.http.contract;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.OnehopBuilder;
import dev.onehop.health.Backend;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.pick.PickPolicy;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Protocol;
import dev.onehop.service.SlicePort;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** Pods of {@code api-service.shop}, an Onehop over them and a client over that; all of it closed after a test. */
public abstract class ContractFixture {

    protected static final String URL = "http://api-service.shop";
    protected static final Duration SOON = Duration.ofSeconds(10);

    /** What a call may take besides the time that it was given, on a machine that does other work too. */
    protected static final Duration SLACK = Duration.ofSeconds(1);

    /** How soon idle connections to a pod are closed that begins to leave (reliability 3.4). */
    static final Duration DRAINED = Duration.ofMillis(100);

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    protected final StaticDiscovery discovery =
            StaticDiscovery.create(LoopbackPods.API.namespace(), ClientLocation.unknown());

    /** A new client over {@code onehop}. */
    protected abstract ClientUnderTest open(Onehop onehop, Setup setup) throws Exception;

    @AfterEach
    void closeAll() throws Exception {
        while (!toClose.isEmpty()) {
            toClose.pop().close();
        }
    }

    protected <T extends AutoCloseable> T closing(T each) {
        toClose.push(each);
        return each;
    }

    /** Pods that the Service has. */
    protected LoopbackPods pods(int count) {
        LoopbackPods pods = closing(LoopbackPods.start(count));
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));
        return pods;
    }

    /** The Service has exactly these from now on, in one slice. */
    protected void published(List<LoopbackPod> pods) {
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods));
    }

    /** The same, with one of them terminating. */
    protected void terminating(List<LoopbackPod> pods, LoopbackPod leaving) {
        discovery.set(
                LoopbackPods.service(),
                EndpointSlice.of(
                        LoopbackPods.API,
                        "api-service-" + leaving.port(),
                        List.of(new SlicePort("http", Protocol.TCP, leaving.port())),
                        pods.stream()
                                .map(pod -> pod == leaving
                                        ? Endpoint.builder(pod.ip())
                                                .conditions(false, true, true)
                                                .pod(pod.name(), "uid-" + pod.name())
                                                .build()
                                        : LoopbackPods.endpoint(pod))
                                .toList()));
    }

    /** One after the other, unless a test says otherwise. */
    protected Onehop onehop(UnaryOperator<OnehopBuilder> more) {
        return closing(more.apply(LoopbackPods.onehop(discovery).policy(PickPolicy.roundRobin()))
                .build());
    }

    protected Onehop onehop() {
        return onehop(UnaryOperator.identity());
    }

    protected ClientUnderTest client(Onehop onehop, Setup setup) throws Exception {
        return closing(open(onehop, setup));
    }

    protected ClientUnderTest client(Onehop onehop) throws Exception {
        return client(onehop, Setup.plain());
    }

    protected static Balancer balancer(Onehop onehop) {
        return onehop.forHost("api-service.shop", 80).orElseThrow();
    }

    /** Those that are ejected, too. */
    static List<Backend> everybody(Balancer balancer) {
        List<Backend> all = new ArrayList<>(balancer.eligible().backends());
        all.addAll(balancer.eligible().ejected());
        return all;
    }

    /** How long {@code action} takes. */
    protected static Duration timed(Action action) throws Exception {
        long began = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Something that is done. */
    @FunctionalInterface
    protected interface Action {
        void run() throws Exception;
    }

    /** A server where the system resolver sends the names in {@code src/test/resources/hosts}. */
    protected LoopbackPod clusterIp() throws Exception {
        return closing(LoopbackPod.start("cluster-ip", InetAddress.getByAddress(new byte[] {127, 0, 77, 1}), 0));
    }
}
