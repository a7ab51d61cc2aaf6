package dev.onehop;

import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which Services are headless, so that their pods have names of their own: with a headless Service {@code db} in the own
 * namespace, the platform's resolver takes {@code web.db} for a pod of it before it looks for a Service {@code web} in a
 * namespace {@code db} (semantics §2). Followed are those that exist; for the others the absence is remembered for 30 s.
 *
 * <p>Shared: safe from any thread.
 */
final class HeadlessServices {

    private final Settings settings;
    private final Map<ServiceKey, Followed> followed = new ConcurrentHashMap<>();
    private final Absences<ServiceKey> absent = new Absences<>();

    HeadlessServices(Settings settings) {
        this.settings = settings;
    }

    /** Whether the Service is known to be headless. */
    boolean contains(ServiceKey service, long nowNanos) {
        Followed present = followed.get(service);
        if (present == null) {
            if (absent.contains(service, nowNanos)) {
                return false;
            }
            var fresh = new Followed(service);
            present = followed.putIfAbsent(service, fresh);
            if (present == null) {
                present = fresh;
                fresh.follow(settings.discovery());
            }
        }
        return present.headless;
    }

    private final class Followed {
        private final ServiceKey service;
        private volatile boolean headless;
        private volatile boolean over;
        private volatile Discovery.@Nullable Subscription subscription;

        private Followed(ServiceKey service) {
            this.service = service;
        }

        private void follow(Discovery discovery) {
            subscription = discovery.subscribe(service, this::take);
            endIfOver(); // it was heard to be absent before there was a subscription to end
        }

        private void take(ServiceView view) {
            if (view instanceof ServiceView.Known known) {
                headless = known.declaration() instanceof ServiceDeclaration.Present present
                        && present.service().isHeadless();
                if (known.declaration() instanceof ServiceDeclaration.Absent) {
                    absent.add(service, settings.loop().nanoTime());
                    over = true;
                    endIfOver();
                }
            }
        }

        private void endIfOver() {
            Discovery.Subscription mine = subscription;
            if (over && mine != null && followed.remove(service, this)) {
                mine.close();
            }
        }
    }
}
