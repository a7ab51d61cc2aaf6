package dev.onehop;

import dev.onehop.service.Discovery;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which Services are headless, so that their pods have names of their own: with a headless Service {@code db} in the own
 * namespace, the platform's resolver takes {@code web.db} for a pod of it before it looks for a Service {@code web} in a
 * namespace {@code db} (semantics §2).
 *
 * <p>Shared: safe from any thread.
 */
final class HeadlessServices {

    private final Discovery discovery;
    private final Map<ServiceKey, Followed> followed = new ConcurrentHashMap<>();

    HeadlessServices(Discovery discovery) {
        this.discovery = discovery;
    }

    /** Whether the Service is known to be headless; it is followed from the first asking on, until the discovery closes. */
    boolean contains(ServiceKey service) {
        Followed present = followed.get(service);
        if (present == null) {
            var fresh = new Followed();
            present = followed.putIfAbsent(service, fresh);
            if (present == null) {
                present = fresh;
                var unused = discovery.subscribe(service, fresh::take);
            }
        }
        return present.headless;
    }

    private static final class Followed {
        private volatile boolean headless;

        private void take(ServiceView view) {
            if (view instanceof ServiceView.Known known) {
                headless = known.declaration() instanceof ServiceDeclaration.Present present
                        && present.service().isHeadless();
            }
        }
    }
}
