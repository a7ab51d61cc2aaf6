package dev.onehop.examples.cli;

import dev.onehop.service.AddressFamily;
import dev.onehop.service.ClientLocation;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.util.List;
import java.util.Optional;

/**
 * What a source knows of the Service that was asked for.
 *
 * <p>Immutable.
 *
 * @param service with its namespace settled
 * @param view of it
 * @param ageMillis since the source last said anything
 * @param here where the connection begins
 * @param source for people: where this was read
 * @param notes for people: what they should know about the input
 */
record Found(
        ServiceKey service,
        ServiceView.Known view,
        long ageMillis,
        ClientLocation here,
        String source,
        List<String> notes) {

    Found {
        notes = List.copyOf(notes);
    }

    /** {@code live} or {@code stale}. */
    String state() {
        return view instanceof ServiceView.Stale ? "stale" : "live";
    }

    /** The Service's IP families, its first one first; empty where the Service cannot be read or is older than them. */
    List<AddressFamily> families() {
        return view.declaration() instanceof ServiceDeclaration.Present present
                ? present.service().ipFamilies()
                : List.of();
    }

    /** The family that stands for the Service where none is asked for. */
    Optional<AddressFamily> firstFamily() {
        return families().stream().findFirst();
    }
}
