package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.util.List;

/**
 * The resources we follow, each as what it is mapped to.
 *
 * <p>Shared: safe from any thread.
 */
final class ApiResources {

    private final HttpClient http;
    private final String baseUrl;
    private final boolean headless;
    private final ApiJson<Service> services;
    private final ApiJson<EndpointSlice> slices;
    private final ApiJson<List<EndpointSlice>> endpoints;

    /**
     * @param baseUrl the API server's, ending in a slash
     * @param headless whether slices of headless Services are read, too
     */
    ApiResources(HttpClient http, String baseUrl, boolean headless) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.headless = headless;
        var pool = new StringPool();
        var slicesOfApi = new SliceMapping(pool);
        var slicesOfEndpoints = new EndpointsMapping(pool);
        services = new ApiJson<>(ServiceMapping::map);
        slices = new ApiJson<>(slicesOfApi::map);
        endpoints = new ApiJson<>(slicesOfEndpoints::map);
    }

    ListWatch<Service> service(ServiceKey service) {
        return new HttpListWatch<>(http, baseUrl, Selection.service(service), services);
    }

    ListWatch<EndpointSlice> slices(ServiceKey service) {
        return new HttpListWatch<>(http, baseUrl, Selection.slices(service, headless), slices);
    }

    ListWatch<List<EndpointSlice>> endpoints(ServiceKey service) {
        return new HttpListWatch<>(http, baseUrl, Selection.endpoints(service), endpoints);
    }

    ListWatch<Service> services(String namespace) {
        return new HttpListWatch<>(http, baseUrl, Selection.services(namespace), services);
    }

    ListWatch<EndpointSlice> slices(String namespace) {
        return new HttpListWatch<>(http, baseUrl, Selection.slices(namespace, headless), slices);
    }
}
