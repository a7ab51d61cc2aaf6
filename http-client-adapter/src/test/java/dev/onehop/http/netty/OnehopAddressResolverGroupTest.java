package dev.onehop.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.NoBackendException;
import dev.onehop.Onehop;
import dev.onehop.health.Backend;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceView;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnehopAddressResolverGroupTest {

    private static final long SOON_MILLIS = 10_000;

    private final LoopbackPods pods = LoopbackPods.start(4);
    private final StaticDiscovery discovery = pods.discovery();
    private Onehop onehop = LoopbackPods.onehop(discovery).build();
    private final EventLoopGroup loops = EventLoops.one();
    private OnehopAddressResolverGroup group = OnehopAddressResolverGroup.of(onehop);

    @AfterEach
    void close() {
        group.close();
        onehop.close();
        pods.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void aBootstrapConnectsByNameToAPod() throws Exception {
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .resolver(group)
                .handler(new ChannelInboundHandlerAdapter())
                .connect("api-service.shop", 80)
                .sync()
                .channel();

        assertThat(pods.all())
                .extracting(pod -> pod.address().getAddress())
                .contains(((InetSocketAddress) channel.remoteAddress()).getAddress());
        assertThat(((InetSocketAddress) channel.remoteAddress()).getPort())
                .isEqualTo(pods.get(0).port());
        channel.close().sync();
    }

    @Test
    void theAddressCarriesTheNameAsAsked() throws Exception {
        for (String name : List.of("api-service", "API-service.shop", "api-service.shop.svc.cluster.local")) {
            InetSocketAddress resolved = got(resolver().resolve(unresolved(name, 80)));

            assertThat(resolved.isUnresolved()).isFalse();
            assertThat(resolved.getHostString()).isEqualTo(name);
            assertThat(resolved.getAddress().getHostName()).isEqualTo(name);
        }
    }

    @Test
    void everyResolveIsAPickOfItsOwn() throws Exception {
        Set<InetAddress> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            seen.add(got(resolver().resolve(unresolved("api-service.shop", 80))).getAddress());
        }

        assertThat(seen).hasSize(4);
    }

    @Test
    void resolveAllHandsOverThreeDistinctPods() throws Exception {
        List<InetSocketAddress> all = got(resolver().resolveAll(unresolved("api-service.shop", 80)));

        assertThat(all).hasSize(3).doesNotHaveDuplicates();
        assertThat(pods.all())
                .extracting(pod -> pod.address().getAddress())
                .containsAll(all.stream().map(InetSocketAddress::getAddress).toList());
    }

    @Test
    void resolvedAddressesAreLeftAsTheyAre() {
        assertThat(resolver().isResolved(pods.get(0).address())).isTrue();
        assertThat(resolver().isResolved(unresolved("api-service.shop", 80))).isFalse();
    }

    @Test
    void aLiteralClusterIpOfAServiceInUseIsResolvedToAPod() throws Exception {
        InetAddress clusterIp = InetAddress.getByName(LoopbackPods.service().clusterIp());
        var literal = new InetSocketAddress(clusterIp, 80);
        assertThat(resolver().isResolved(literal)).as("before it is in use").isTrue();
        got(resolver().resolve(unresolved("api-service.shop", 80)));

        assertThat(resolver().isResolved(literal)).isFalse();
        assertThat(pods.all())
                .extracting(pod -> pod.address().getAddress())
                .contains(got(resolver().resolve(literal)).getAddress());
        assertThat(pods.all())
                .extracting(pod -> pod.address().getAddress())
                .contains(got(resolver().resolve(unresolved(clusterIp.getHostAddress(), 80)))
                        .getAddress());
    }

    @Test
    void foreignNamesAreResolvedElsewhere() throws Exception {
        assertThat(got(resolver().resolve(unresolved("foreign.example", 1234))))
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("127.0.77.1"), 1234));
        assertThat(got(resolver().resolveAll(unresolved("localhost", 1234)))).isNotEmpty();
        Future<InetSocketAddress> nowhere =
                resolver().resolve(unresolved("nowhere.example", 1)).awaitUninterruptibly();
        assertThat(nowhere.cause()).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void aServiceWithoutPodsFailsTheConnectWithTheReason() {
        discovery.set(LoopbackPods.service());

        Future<InetSocketAddress> resolved =
                resolver().resolve(unresolved("api-service.shop", 80)).awaitUninterruptibly();

        assertThat(resolved.cause()).isInstanceOf(NoBackendException.class);
    }

    @Test
    void anUnknownViewIsWaitedForAndThenTheNameIsResolvedElsewhere() throws Exception {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop.close();
        onehop = LoopbackPods.onehop(discovery)
                .initialWait(Duration.ofMillis(50))
                .build();
        group = OnehopAddressResolverGroup.of(onehop);

        assertThat(got(resolver().resolve(unresolved("api-service.shop", 80))).getAddress())
                .isEqualTo(InetAddress.getByName("127.0.77.1"));
    }

    @Test
    void aFirstViewThatComesLateIsUsed() throws Exception {
        discovery.set(LoopbackPods.API, new ServiceView.Unknown("a test"));
        onehop.close();
        onehop = LoopbackPods.onehop(discovery)
                .initialWait(Duration.ofMinutes(1))
                .build();
        group = OnehopAddressResolverGroup.of(onehop);

        Future<InetSocketAddress> resolved = resolver().resolve(unresolved("api-service.shop", 80));
        assertThat(resolved.isDone()).isFalse();
        discovery.set(LoopbackPods.service(), LoopbackPods.slices(pods.all()));

        assertThat(got(resolved).getPort()).isEqualTo(pods.get(0).port());
    }

    @Test
    void aKnownClusterIpNeedsNoResolver() throws Exception {
        discovery.set(
                Service.builder("shop", "api-service")
                        .clusterIp("10.96.123.45")
                        .port("http", 80)
                        .serviceProxyName(true)
                        .build(),
                LoopbackPods.slices(pods.all()));

        assertThat(got(resolver().resolve(unresolved("api-service.shop", 80)))
                        .getAddress()
                        .getHostAddress())
                .isEqualTo("10.96.123.45");
    }

    @Test
    void aPolicyThatThrowsFailsTheConnectWithItsException() {
        onehop.close();
        onehop = LoopbackPods.onehop(discovery)
                .policy(random -> eligible -> {
                    throw new IllegalStateException("the policy's own");
                })
                .build();
        group = OnehopAddressResolverGroup.of(onehop);

        Future<InetSocketAddress> resolved = resolver().resolve(unresolved("api-service.shop", 80));

        assertThat(resolved.awaitUninterruptibly(SOON_MILLIS)).isTrue();
        assertThat(resolved.cause()).hasMessage("the policy's own");
    }

    @Test
    void nothingIsCountedAsAnAttempt() throws Exception {
        got(resolver().resolve(unresolved("api-service.shop", 80)));

        assertThat(onehop.balancer("api-service.shop:80").eligible().backends())
                .allSatisfy(backend -> assertThat(backend.inFlight()).isZero())
                .allSatisfy(backend -> assertThat(backend.started()).isZero())
                .extracting(Backend::failed)
                .containsOnly(0L);
    }

    @Test
    void theOtherGroupIsNotClosed() throws Exception {
        var closed = new AtomicBoolean();
        var others = new AddressResolverGroup<InetSocketAddress>() {
            @Override
            protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
                return DefaultAddressResolverGroup.INSTANCE.getResolver(executor);
            }

            @Override
            public void close() {
                closed.set(true);
                super.close();
            }
        };
        var over = OnehopAddressResolverGroup.of(onehop, others);
        got(over.getResolver(loops.next()).resolve(unresolved("localhost", 1)));

        over.close();

        assertThat(closed).isFalse();
    }

    @Test
    void aPodThatRefusesIsTheClientsToReplace() {
        pods.forEach(LoopbackPod::refuse);

        var connect = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .resolver(group)
                .handler(new ChannelInboundHandlerAdapter())
                .connect("api-service.shop", 80)
                .awaitUninterruptibly();

        assertThat(connect.cause()).isInstanceOf(ConnectException.class);
    }

    private AddressResolver<InetSocketAddress> resolver() {
        return group.getResolver(loops.next());
    }

    private static InetSocketAddress unresolved(String host, int port) {
        return InetSocketAddress.createUnresolved(host, port);
    }

    private static <T> T got(Future<T> future) throws Exception {
        return future.get(SOON_MILLIS, TimeUnit.MILLISECONDS);
    }
}
