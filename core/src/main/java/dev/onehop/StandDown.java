package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.FallbackReason;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why every connection of this process goes to the ClusterIP, if so: switched off, or a mesh sidecar in the pod. A
 * sidecar may begin to listen after the application has started, so it is looked for again with each Service port and
 * with its first view, until one is found.
 *
 * <p>Shared: safe from any thread; a reason once found stays.
 */
final class StandDown {

    private static final Logger log = LoggerFactory.getLogger(StandDown.class);

    private final Supplier<Optional<String>> sidecar;
    private volatile Decision.@Nullable ClusterIp found;

    private StandDown(Supplier<Optional<String>> sidecar) {
        this.sidecar = sidecar;
    }

    /** Onehop balances, unless {@code sidecar} finds one. */
    static StandDown unless(Supplier<Optional<String>> sidecar) {
        return new StandDown(sidecar);
    }

    static StandDown switchedOff() {
        var off = new StandDown(Optional::empty);
        off.found = new Decision.ClusterIp(FallbackReason.SWITCHED_OFF, "Onehop is switched off");
        return off;
    }

    /** Looks, unless it has been found before. */
    Optional<Decision.ClusterIp> look() {
        Decision.ClusterIp known = found;
        if (known == null) {
            Optional<String> seen = sidecar.get();
            if (seen.isPresent()) {
                known = new Decision.ClusterIp(FallbackReason.MESH_SIDECAR, seen.get());
                found = known;
                log.warn("Onehop stands down, connections go to the ClusterIP: {}", known.why());
            }
        }
        return Optional.ofNullable(known);
    }
}
