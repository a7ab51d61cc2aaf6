package dev.onehop.service;

import java.util.Objects;

/**
 * What we know of the Service object itself, as opposed to its slices.
 *
 * <p>Immutable.
 */
public sealed interface ServiceDeclaration {

    /** The Service exists. */
    record Present(Service service) implements ServiceDeclaration {
        public Present {
            Objects.requireNonNull(service, "service");
        }
    }

    /** The API server says there is no such Service. */
    record Absent() implements ServiceDeclaration {}

    /**
     * We may not read Services here, so slices alone must do: only a port given by name, or slices with a single port,
     * can be routed.
     *
     * @param why for people
     */
    record Unreadable(String why) implements ServiceDeclaration {
        public Unreadable {
            Objects.requireNonNull(why, "why");
        }
    }
}
