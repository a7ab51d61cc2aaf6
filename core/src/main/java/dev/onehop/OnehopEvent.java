package dev.onehop;

import dev.onehop.eligible.Decision;
import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.route.Destination;
import java.time.Duration;
import java.util.Objects;

/**
 * Something that happened to a Service port, for an {@link OnehopListener}. Changes only, never single calls: those are
 * counted in {@link Tally}.
 *
 * <p>Immutable, apart from the live objects that some of them carry.
 */
public sealed interface OnehopEvent {

    /** Which Service port. */
    Destination port();

    /**
     * A Service port is in use from now on: the application has asked for it, or a client has dialled it. The first event
     * of a port.
     *
     * @param balancer with the Service's full name as its host
     */
    record PortOpened(Balancer balancer) implements OnehopEvent {
        public PortOpened {
            Objects.requireNonNull(balancer, "balancer");
        }

        @Override
        public Destination port() {
            return balancer.port();
        }
    }

    /** A Service port that a client had dialled is no longer followed, for there is no such Service. Its last event. */
    record PortClosed(Destination port) implements OnehopEvent {
        public PortClosed {
            Objects.requireNonNull(port, "port");
        }
    }

    /**
     * A newer view of the Service has reached the picks.
     *
     * @param snapshot what picks see from now on
     * @param took since the oldest view that is in it came from the discovery; not below zero
     */
    record ViewPublished(Destination port, Eligible snapshot, Duration took) implements OnehopEvent {
        public ViewPublished {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(snapshot, "snapshot");
            Objects.requireNonNull(took, "took");
        }
    }

    /**
     * Contact with the source is lost; the last view stays in use.
     *
     * @param why for people; from the source, so not safe to print raw
     */
    record ViewStale(Destination port, String why) implements OnehopEvent {
        public ViewStale {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(why, "why");
        }
    }

    /** A complete view has arrived for the first time, or contact is back. */
    record ViewLive(Destination port) implements OnehopEvent {
        public ViewLive {
            Objects.requireNonNull(port, "port");
        }
    }

    /**
     * What becomes of connections has changed: picked, sent to the ClusterIP for a reason, or refused by a verdict. Not told
     * when only the words of the reason change.
     */
    record DecisionChanged(Destination port, Decision before, Decision after) implements OnehopEvent {
        public DecisionChanged {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(before, "before");
            Objects.requireNonNull(after, "after");
        }
    }

    /**
     * A backend is out for a time. Not told again when its trials fail.
     *
     * @param evidence for people
     */
    record Ejected(Destination port, Backend backend, Ejection.Kind kind, String evidence) implements OnehopEvent {
        public Ejected {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(backend, "backend");
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(evidence, "evidence");
        }
    }

    /** An ejected backend is back: its trial went well, or the fleet's limits ask for it. */
    record Returned(Destination port, Backend backend) implements OnehopEvent {
        public Returned {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(backend, "backend");
        }
    }

    /**
     * A backend is not used any more, for its certificate is not accepted.
     *
     * @param why for people, safe to print
     */
    record Quarantined(Destination port, Backend backend, String why) implements OnehopEvent {
        public Quarantined {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(backend, "backend");
            Objects.requireNonNull(why, "why");
        }
    }

    /**
     * The certificates of so many backends are not accepted that it is our own trust configuration: all that were set aside
     * for theirs are used again (reliability 2.3). Not told again while it goes on.
     *
     * @param why for people, safe to print
     */
    record TrustDoubted(Destination port, String why) implements OnehopEvent {
        public TrustDoubted {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(why, "why");
        }
    }

    /** So many backends answer badly that it is not them: none is ejected for bad answers (reliability 2.5). */
    record PanicBegan(Destination port) implements OnehopEvent {
        public PanicBegan {
            Objects.requireNonNull(port, "port");
        }
    }

    /** Few enough backends answer badly again. */
    record PanicEnded(Destination port) implements OnehopEvent {
        public PanicEnded {
            Objects.requireNonNull(port, "port");
        }
    }

    /**
     * Nobody is ready any more, and connections go to endpoints that are not (reliability 2.8, tier 3).
     *
     * @param why for people
     */
    record LastResortBegan(Destination port, String why) implements OnehopEvent {
        public LastResortBegan {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(why, "why");
        }
    }

    /** Connections go where kube-proxy's go again: to ready endpoints, or nowhere. */
    record LastResortEnded(Destination port) implements OnehopEvent {
        public LastResortEnded {
            Objects.requireNonNull(port, "port");
        }
    }

    /**
     * Connects to so many backends fail that it is not them one by one: a wrong targetPort, a NetworkPolicy, this node's
     * network, or a dead Service (reliability 2.5). Most calls get one dial until it ends.
     *
     * @param refusing how many backends refuse or do not answer; at least 2
     * @param backends how many there are
     */
    record OutageBegan(Destination port, int refusing, int backends) implements OnehopEvent {
        public OutageBegan {
            Objects.requireNonNull(port, "port");
        }
    }

    /** At least half of the backends accept connects again, or nobody has tried the others for a while. */
    record OutageEnded(Destination port) implements OnehopEvent {
        public OutageEnded {
            Objects.requireNonNull(port, "port");
        }
    }

    /** A request that was sent to try an ejected backend was not ended in time: an adapter may not end its attempts. */
    record TrialLeaked(Destination port, Backend backend) implements OnehopEvent {
        public TrialLeaked {
            Objects.requireNonNull(port, "port");
            Objects.requireNonNull(backend, "backend");
        }
    }

    /**
     * A hundred attempts were opened, and for ten seconds more nobody has said of any of them how it went: an adapter's
     * feedback is not wired (reliability 2.3). Told once.
     */
    record FeedbackMissing(Destination port) implements OnehopEvent {
        public FeedbackMissing {
            Objects.requireNonNull(port, "port");
        }
    }
}
