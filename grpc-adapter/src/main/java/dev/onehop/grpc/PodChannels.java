package dev.onehop.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens channels that have one address, a pod's, by whatever transport gRPC finds. All come from one builder, so that trust
 * stores are read once; a resolver of our own, which only these channels know, gives each its address. gRPC looks for
 * proxies in its DNS resolver, so there is none on the way.
 *
 * <p>Shared: safe from any thread; one channel is made at a time.
 */
final class PodChannels {

    private static final String SCHEME = "onehop-pod";

    /** A {@code HealthCheckResponse} has two bytes. */
    private static final int MOST_BYTES = 4_096;

    private final Pods pods = new Pods();
    private final ManagedChannelBuilder<?> builder;
    private final @Nullable String authority;

    /** @param authority of all of them, and of their certificates; null for the host name that comes with an address */
    @SuppressWarnings("deprecation") // the resolver registry in its place is everybody's
    PodChannels(ChannelCredentials credentials, @Nullable String authority) {
        this.authority = authority;
        this.builder = Grpc.newChannelBuilder(SCHEME + ":///", credentials)
                .nameResolverFactory(pods)
                .directExecutor()
                .disableRetry()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(MOST_BYTES)
                .userAgent("onehop-check");
        if (authority != null) {
            builder.overrideAuthority(authority);
        }
    }

    /** A new channel, which connects when it is first used; the caller's to close. */
    synchronized ManagedChannel open(InetSocketAddress pod) {
        pods.next = new Pod(pod, authority == null ? pod.getHostString() : authority);
        return builder.build(); // asks for its resolver at once
    }

    /** Makes the resolver of the channel that is being built. */
    private static final class Pods extends NameResolverProvider {
        private Pod next = new Pod(InetSocketAddress.createUnresolved("none", 0), "none");

        @Override
        public NameResolver newNameResolver(URI target, NameResolver.Args args) {
            return next;
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 0;
        }
    }

    /** Knows one address, and says it at once. */
    private static final class Pod extends NameResolver {
        private final InetSocketAddress address;
        private final String authority;

        Pod(InetSocketAddress address, String authority) {
            this.address = address;
            this.authority = authority;
        }

        @Override
        public String getServiceAuthority() {
            return authority;
        }

        @Override
        public void start(Listener2 listener) {
            listener.onResult2(ResolutionResult.newBuilder()
                    .setAddressesOrError(StatusOr.fromValue(List.of(new EquivalentAddressGroup(address))))
                    .build());
        }

        @Override
        public void shutdown() {
            // nothing is under way
        }
    }
}
