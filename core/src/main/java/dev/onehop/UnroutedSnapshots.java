package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.eligible.FallbackReason;
import dev.onehop.service.ServiceView;

/**
 * What a Service port says while no view of it counts: before the first, where Onehop stands down, and after the end.
 *
 * <p>Pure.
 */
final class UnroutedSnapshots {

    static final ServiceView.Unknown NOTHING_YET = new ServiceView.Unknown("the first answer has not arrived yet");

    private UnroutedSnapshots() {}

    static Eligible beforeAll() {
        return Eligible.nobody(new Decision.Wait(NOTHING_YET.why()), NOTHING_YET, null, 0);
    }

    static Eligible standDown(Decision.ClusterIp decision) {
        return Eligible.nobody(decision, NOTHING_YET, null, 1);
    }

    static Eligible closed() {
        Decision ended = new Decision.ClusterIp(FallbackReason.SWITCHED_OFF, "Onehop is closed");
        return Eligible.nobody(ended, NOTHING_YET, null, Long.MAX_VALUE);
    }
}
