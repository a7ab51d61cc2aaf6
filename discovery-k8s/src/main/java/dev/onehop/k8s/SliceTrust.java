package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose slices are believed: everybody's, as kube-proxy believes them; or, strictly, those that name one of certain
 * managers, and in them pods of their own namespace (S-06). A label is no proof: whoever may write slices may write it.
 * It keeps out what other controllers and people's own tools wrote, and pods of other namespaces.
 *
 * <p>Immutable.
 *
 * @param managers accepted values of the label; null for any, or none
 */
record SliceTrust(@Nullable Set<String> managers) {

    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";

    /** The controllers of Kubernetes itself. */
    static final List<String> KUBERNETES =
            List.of("endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io");

    static SliceTrust everybody() {
        return new SliceTrust(null);
    }

    /**
     * @param managers those of Kubernetes when none is named
     * @throws IllegalArgumentException when one cannot be a label's value
     */
    static SliceTrust only(List<String> managers) {
        for (String manager : managers) {
            if (!manager.matches("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")) {
                throw new IllegalArgumentException("strictSlices: " + Printable.of(manager)
                        + " (expected: a value of the label " + MANAGED_BY + ")");
            }
        }
        return new SliceTrust(Set.copyOf(managers.isEmpty() ? KUBERNETES : managers));
    }

    boolean isStrict() {
        return managers != null;
    }

    /** What is used of a slice, which was read from this object; null when it could not be. */
    @Nullable CheckedSlice check(JsonNode object, @Nullable EndpointSlice slice) {
        if (slice == null) {
            return null;
        }
        if (managers == null) {
            return new CheckedSlice(slice, true, 0);
        }
        int all = slice.endpoints().size();
        String manager = Metadata.label(object, MANAGED_BY);
        if (manager == null || !managers.contains(manager)) {
            return new CheckedSlice(with(slice, List.of()), false, all);
        }
        List<Endpoint> own = ofNamespace(slice, Fields.objects(object, "endpoints"));
        return own.size() == all
                ? new CheckedSlice(slice, true, 0)
                : new CheckedSlice(with(slice, own), true, all - own.size());
    }

    private static List<Endpoint> ofNamespace(EndpointSlice slice, List<JsonNode> written) {
        var own = new ArrayList<Endpoint>(written.size());
        for (int i = 0; i < written.size(); i++) {
            String namespace = Fields.text(Fields.object(written.get(i), "targetRef"), "namespace");
            if (namespace == null || Objects.equals(namespace, slice.namespace())) {
                own.add(slice.endpoints().get(i));
            }
        }
        return own;
    }

    private static EndpointSlice with(EndpointSlice slice, List<Endpoint> endpoints) {
        return new EndpointSlice(
                slice.namespace(),
                slice.name(),
                slice.serviceName(),
                slice.headless(),
                slice.addressType(),
                slice.ports(),
                endpoints,
                slice.changeTriggered());
    }
}
