package dev.onehop.examples.cli;

import dev.onehop.k8s.ManifestDiscovery;
import dev.onehop.k8s.ManifestDiscoveryBuilder;
import dev.onehop.service.Printable;
import dev.onehop.service.ServiceDeclaration;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Service as {@code kubectl get services,endpointslices -o yaml} printed it. Nothing here waits or depends on time.
 *
 * <p>Pure, but for reading files.
 */
final class ManifestSource {

    private static final String STANDARD_INPUT = "standard input";

    private ManifestSource() {}

    /**
     * Reads the manifests and finds the Service.
     *
     * @param files paths, {@code -} for standard input
     * @param namespace what {@code --namespace} says
     * @throws Problem when a file is unusable, or the Service is not there
     */
    static Found find(
            Target target,
            List<String> files,
            InputStream standardInput,
            @Nullable String namespace,
            Whereabouts whereabouts) {
        ManifestDiscoveryBuilder builder = ManifestDiscovery.builder();
        if (namespace != null) {
            builder.namespace(namespace);
        }
        if (whereabouts.node != null && !whereabouts.node.isEmpty()) {
            builder.node(whereabouts.node);
        }
        try {
            for (String file : files) {
                add(builder, file, standardInput);
            }
            try (ManifestDiscovery manifests = builder.build()) {
                return find(target, manifests, named(files), namespace, whereabouts);
            }
        } catch (IllegalArgumentException unusable) {
            throw Problem.usage(Printable.of(String.valueOf(unusable.getMessage())));
        }
    }

    private static void add(ManifestDiscoveryBuilder builder, String file, InputStream standardInput) {
        if (file.equals("-")) {
            builder.stream(STANDARD_INPUT, new ByteArrayInputStream(notEmpty(standardInput)));
            return;
        }
        Path path;
        try {
            path = Path.of(file);
        } catch (InvalidPathException noPath) {
            throw Problem.usage("manifest " + Printable.of(file) + ": cannot be read (expected: a file)");
        }
        if (!Files.exists(path)) {
            throw Problem.usage("manifest " + Printable.of(file) + ": does not exist (expected: a file, or -)");
        }
        if (path.toFile().isFile() && path.toFile().length() == 0) {
            throw Problem.usage("manifest " + Printable.of(file)
                    + ": is empty (expected: the output of kubectl get services,endpointslices -o yaml)");
        }
        builder.file(path);
    }

    private static byte[] notEmpty(InputStream standardInput) {
        byte[] bytes;
        try {
            bytes = standardInput.readAllBytes();
        } catch (IOException broken) {
            throw Problem.usage("manifest " + STANDARD_INPUT + ": cannot be read");
        }
        if (isBlank(bytes)) {
            throw Problem.usage("manifest " + STANDARD_INPUT
                    + ": is empty (expected: the output of kubectl get services,endpointslices -o yaml)");
        }
        return bytes;
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte each : bytes) {
            if (!Character.isWhitespace(each)) {
                return false;
            }
        }
        return true;
    }

    private static Found find(
            Target target,
            ManifestDiscovery manifests,
            String source,
            @Nullable String namespace,
            Whereabouts whereabouts) {
        List<String> notes = new ArrayList<>();
        if (manifests.skipped() > 0) {
            notes.add(manifests.skipped() + (manifests.skipped() == 1 ? " object" : " objects")
                    + " in the manifests skipped: not a Service, EndpointSlice, Endpoints or Node");
        }
        if (manifests.services().isEmpty() && manifests.skipped() > 0) {
            throw Problem.usage("manifest " + source + ": nothing in it is a Service or an EndpointSlice ("
                    + manifests.skipped() + " skipped; expected: the output of"
                    + " kubectl get services,endpointslices -o yaml)");
        }
        List<String> declaredIn = declaredIn(target, manifests);
        ServiceKey service = target.in(namespace != null ? namespace : onlyOr(declaredIn, "default"));
        ServiceView.Live view = view(manifests, service);
        if (view.declaration() instanceof ServiceDeclaration.Absent) {
            throw Problem.notFound(notFound(service, source, !view.slices().isEmpty(), declaredIn, notes));
        }
        if (view.slices().isEmpty()) {
            strayNamespace(service, manifests)
                    .ifPresent(stray -> notes.add("the EndpointSlices of " + service.name() + " are in namespace "
                            + Printable.of(stray) + ", the Service is in " + service.namespace()
                            + "; a Service has the slices of its own namespace only"));
        }
        return new Found(service, view, 0, whereabouts.or(manifests.location()), source, notes);
    }

    private static List<String> declaredIn(Target target, ManifestDiscovery manifests) {
        return manifests.services().stream()
                .filter(key -> key.name().equals(target.name()))
                .filter(key -> view(manifests, key).declaration() instanceof ServiceDeclaration.Present)
                .map(ServiceKey::namespace)
                .toList();
    }

    private static Optional<String> strayNamespace(ServiceKey service, ManifestDiscovery manifests) {
        return manifests.services().stream()
                .filter(key -> key.name().equals(service.name()) && !key.equals(service))
                .filter(key -> !view(manifests, key).slices().isEmpty())
                .map(ServiceKey::namespace)
                .findFirst();
    }

    /** A manifest's view is complete, and there as soon as one subscribes. */
    private static ServiceView.Live view(ManifestDiscovery manifests, ServiceKey service) {
        var heard = new AtomicReference<@Nullable ServiceView>();
        manifests.subscribe(service, heard::set).close();
        if (heard.get() instanceof ServiceView.Live live) {
            return live;
        }
        throw new IllegalStateException("a manifest without a view of " + service);
    }

    private static String notFound(
            ServiceKey service, String source, boolean hasSlices, List<String> declaredIn, List<String> notes) {
        String hint = "";
        if (hasSlices) {
            hint = "; its EndpointSlices are, so get services as well: kubectl get services,endpointslices -o yaml";
        } else if (!declaredIn.isEmpty()) {
            hint = "; a Service of this name is in namespace "
                    + declaredIn.stream().map(Printable::of).collect(Collectors.joining(", "));
        }
        String skipped = notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")";
        return "Service " + service + " is not in " + source + hint + skipped;
    }

    private static String onlyOr(List<String> namespaces, String otherwise) {
        return namespaces.size() == 1 ? namespaces.get(0) : otherwise;
    }

    private static String named(List<String> files) {
        return files.stream()
                .map(file -> file.equals("-") ? STANDARD_INPUT : Printable.of(file))
                .collect(Collectors.joining(", "));
    }
}
