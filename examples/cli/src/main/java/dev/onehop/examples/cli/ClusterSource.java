package dev.onehop.examples.cli;

import dev.onehop.k8s.FeedStatus;
import dev.onehop.k8s.KubernetesDiscovery;
import dev.onehop.k8s.KubernetesDiscoveryBuilder;
import dev.onehop.k8s.ReflectorStatus;
import dev.onehop.service.Discovery;
import dev.onehop.service.Printable;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The Service as a cluster has it: by a kubeconfig, or by the service account of the pod we are in.
 *
 * <p>Not thread-safe.
 */
final class ClusterSource implements AutoCloseable {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration GIVE_UP_UNREACHABLE = Duration.ofSeconds(2);
    private static final Duration NODE_ANSWER = Duration.ofSeconds(2);

    private final KubernetesDiscovery discovery;
    private final ServiceKey service;
    private final Whereabouts whereabouts;
    private Discovery.@Nullable Subscription subscription;

    private ClusterSource(KubernetesDiscovery discovery, ServiceKey service, Whereabouts whereabouts) {
        this.discovery = discovery;
        this.service = service;
        this.whereabouts = whereabouts;
    }

    /**
     * Settles where the API server is and which Service is meant; asks nothing yet.
     *
     * @param kubeconfig what {@code --kubeconfig} says; null for the one kubectl would use
     * @param headless whether the slices of headless Services are asked for, too
     * @throws Problem when the configuration is unusable
     */
    static ClusterSource open(
            Target target,
            @Nullable Path kubeconfig,
            @Nullable String namespace,
            Whereabouts whereabouts,
            boolean headless) {
        KubernetesDiscoveryBuilder builder = KubernetesDiscovery.builder().headless(headless);
        if (kubeconfig != null) {
            builder.kubeconfig(kubeconfig);
        }
        if (whereabouts.node != null && !whereabouts.node.isEmpty()) {
            builder.nodeName(whereabouts.node);
        }
        if (whereabouts.zone != null) {
            builder.zone(whereabouts.zone);
        }
        try {
            KubernetesDiscovery discovery = builder.build();
            String own = namespace == null ? discovery.namespace().orElse("default") : namespace;
            return new ClusterSource(discovery, target.in(own), whereabouts);
        } catch (IllegalArgumentException unusable) {
            throw Problem.usage(Printable.of(String.valueOf(unusable.getMessage())));
        }
    }

    ServiceKey service() {
        return service;
    }

    KubernetesDiscovery discovery() {
        return discovery;
    }

    /**
     * Waits for the first complete answer. Goes on following the Service until this is closed, so that whoever follows
     * it next shares what has been listed.
     *
     * @throws Problem when there is no such Service, we may not read it, or the API server is out of reach
     */
    Found find(Duration atMost) throws InterruptedException {
        var heard = new AtomicReference<@Nullable ServiceView>();
        Discovery.Subscription following = discovery.subscribe(service, heard::set);
        subscription = following;
        ServiceView.Known view = firstAnswer(heard, atMost);
        if (view.declaration() instanceof ServiceDeclaration.Absent) {
            throw Problem.notFound("Service " + service + " is not in the cluster");
        }
        awaitZone();
        long ageNanos = Math.max(0, System.nanoTime() - following.lastContactNanos());
        return new Found(
                service,
                view,
                TimeUnit.NANOSECONDS.toMillis(ageNanos),
                whereabouts.or(discovery.location()),
                "the cluster",
                view.declaration() instanceof ServiceDeclaration.Unreadable unreadable
                        ? List.of("the Service cannot be read, only its EndpointSlices: "
                                + Printable.of(unreadable.why()))
                        : List.of());
    }

    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
        }
        discovery.close();
    }

    private ServiceView.Known firstAnswer(AtomicReference<@Nullable ServiceView> heard, Duration atMost)
            throws InterruptedException {
        long began = System.nanoTime();
        while (true) {
            ServiceView view = heard.get();
            if (view instanceof ServiceView.Known known) {
                return known;
            }
            long waited = System.nanoTime() - began;
            refused().ifPresent(problem -> {
                throw problem;
            });
            String trouble = trouble().orElse("");
            boolean hopeless = !trouble.isEmpty() && waited - GIVE_UP_UNREACHABLE.toNanos() > 0;
            if (hopeless || waited - atMost.toNanos() > 0) {
                throw Problem.failed("the API server gave no answer about Service " + service + " within "
                        + TimeUnit.NANOSECONDS.toMillis(waited) + " ms"
                        + (trouble.isEmpty() ? "" : ": " + Printable.of(trouble)));
            }
            TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
        }
    }

    private Optional<Problem> refused() {
        List<ReflectorStatus> resources = resources();
        boolean noEndpoints = resources.stream()
                        .filter(each -> each.condition().equals("FORBIDDEN"))
                        .filter(each -> !each.resource().equals("services"))
                        .count()
                == 2;
        if (noEndpoints) {
            return resources.stream()
                    .filter(each -> each.resource().equals("endpointslices"))
                    .findFirst()
                    .map(each -> Problem.noRole(service.namespace(), each.why()));
        }
        return resources.stream()
                .filter(each -> each.why().startsWith("401"))
                .findFirst()
                .map(each -> Problem.noAccess("the API server does not accept these credentials: "
                        + Printable.of(each.why()) + " (expected: a valid token or certificate in the kubeconfig)"));
    }

    private Optional<String> trouble() {
        return resources().stream()
                .filter(each -> each.condition().equals("DISCONNECTED"))
                .map(ReflectorStatus::why)
                .findFirst();
    }

    private List<ReflectorStatus> resources() {
        return discovery.status().stream()
                .filter(status -> status.service().equals(service))
                .map(FeedStatus::resources)
                .findFirst()
                .orElse(List.of());
    }

    /** The Node is asked for its zone meanwhile; where it cannot be read, the zone stays unknown. */
    private void awaitZone() throws InterruptedException {
        if (discovery.location().node() == null || whereabouts.zone != null) {
            return;
        }
        long began = System.nanoTime();
        while (discovery.location().zone() == null && System.nanoTime() - began < NODE_ANSWER.toNanos()) {
            TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
        }
    }
}
