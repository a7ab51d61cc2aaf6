package dev.onehop.eligible;

import java.util.Objects;

/**
 * What becomes of a connection now.
 *
 * <p>Immutable.
 */
public sealed interface Decision {

    /** One of the snapshot's backends gets it. */
    record Pick() implements Decision {}

    /** Nothing is known yet, and the time to wait for a first view is not over. */
    record Wait(String why) implements Decision {
        public Wait {
            Objects.requireNonNull(why, "why");
        }
    }

    /** The Service's own address gets it. */
    record ClusterIp(FallbackReason reason, String why) implements Decision {
        public ClusterIp {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(why, "why");
        }
    }

    /** Nobody gets it: the kernel would reject or drop it, or falling back is switched off. */
    record Refuse(Verdict verdict, String why) implements Decision {
        public Refuse {
            Objects.requireNonNull(verdict, "verdict");
            Objects.requireNonNull(why, "why");
        }
    }

    Decision PICK = new Pick();
}
