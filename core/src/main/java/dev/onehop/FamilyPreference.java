package dev.onehop;

import dev.onehop.route.Destination;
import dev.onehop.service.AddressFamily;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceView;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which of its families stands for a Service that has both (R4). A route stays in it: there is no second family to fall
 * back on.
 *
 * <p>Immutable.
 *
 * @param preferred used where the Service has it; null for the Service's own first
 */
record FamilyPreference(@Nullable AddressFamily preferred) {

    /**
     * What this JVM would dial for a name with addresses of both families: IPv4, unless
     * {@code java.net.preferIPv6Addresses} says {@code true}, or {@code system}, which is the Service's own first here.
     */
    static FamilyPreference ofThisJvm() {
        if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
            return new FamilyPreference(AddressFamily.IPV4);
        }
        String says =
                System.getProperty("java.net.preferIPv6Addresses", "false").toLowerCase(Locale.ROOT);
        return new FamilyPreference(
                switch (says) {
                    case "true" -> AddressFamily.IPV6;
                    case "system" -> null;
                    default -> AddressFamily.IPV4;
                });
    }

    /** The same destination, in the preferred family where the Service has it and no family was asked for. */
    Destination applyTo(Destination destination, ServiceView.Known view) {
        return destination.family() == null && has(view)
                ? new Destination(destination.service(), destination.port(), destination.protocol(), preferred)
                : destination;
    }

    /** The family that stands for the Service when none is asked for; null when it has no ClusterIP. */
    @Nullable AddressFamily of(Service service) {
        if (has(service) || service.ipFamilies().isEmpty()) {
            return preferred;
        }
        return service.ipFamilies().get(0);
    }

    /** Whether the Service has the preferred family: by its own word, or where it cannot be read by its slices'. */
    private boolean has(ServiceView.Known view) {
        if (preferred == null) {
            return false;
        }
        String type = preferred.toString();
        return view.declaration() instanceof ServiceDeclaration.Present present
                ? has(present.service())
                : view.declaration() instanceof ServiceDeclaration.Unreadable
                        && view.slices().stream()
                                .anyMatch(slice -> slice.addressType().equals(type));
    }

    private boolean has(Service service) {
        return preferred != null && service.ipFamilies().contains(preferred);
    }
}
