package dev.onehop.k8s;

import dev.onehop.service.ServiceKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Which objects are asked for: a collection of one namespace, narrowed by selectors, so that the API server sends us
 * nothing else.
 *
 * <p>Immutable.
 *
 * @param path of the collection, without a leading slash
 * @param selector query parameters, encoded
 */
record Selection(String path, String selector) {

    private static final int PAGE = 500;

    static Selection service(ServiceKey service) {
        return new Selection(
                "api/v1/namespaces/" + encoded(service.namespace()) + "/services",
                parameter("fieldSelector", "metadata.name=" + service.name()));
    }

    static Selection services(String namespace) {
        return new Selection("api/v1/namespaces/" + encoded(namespace) + "/services", "");
    }

    /**
     * The slices of one Service.
     *
     * @param headless whether those of headless Services are wanted, too, which kube-proxy does not see (R8)
     */
    static Selection slices(ServiceKey service, boolean headless) {
        return new Selection(
                "apis/discovery.k8s.io/v1/namespaces/" + encoded(service.namespace()) + "/endpointslices",
                slicesOf(SliceMapping.SERVICE_NAME + "=" + service.name(), headless));
    }

    /** The slices of all Services of a namespace; {@code headless} as above. */
    static Selection slices(String namespace, boolean headless) {
        return new Selection(
                "apis/discovery.k8s.io/v1/namespaces/" + encoded(namespace) + "/endpointslices",
                slicesOf(SliceMapping.SERVICE_NAME, headless));
    }

    static Selection endpoints(ServiceKey service) {
        return new Selection(
                "api/v1/namespaces/" + encoded(service.namespace()) + "/endpoints",
                parameter("fieldSelector", "metadata.name=" + service.name()));
    }

    /** The path of one Node. */
    static String node(String name) {
        return "api/v1/nodes/" + encoded(name);
    }

    String list(@Nullable String continueToken) {
        return path + "?" + selector + "limit=" + PAGE
                + (continueToken == null ? "" : "&continue=" + encoded(continueToken));
    }

    String watch(String resourceVersion, int timeoutSeconds) {
        return path + "?" + selector + "watch=true&allowWatchBookmarks=true&resourceVersion=" + encoded(resourceVersion)
                + "&timeoutSeconds=" + timeoutSeconds;
    }

    private static String slicesOf(String services, boolean headless) {
        return parameter("labelSelector", headless ? services : services + ",!" + SliceMapping.HEADLESS);
    }

    private static String parameter(String name, String value) {
        return name + "=" + encoded(value) + "&";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
