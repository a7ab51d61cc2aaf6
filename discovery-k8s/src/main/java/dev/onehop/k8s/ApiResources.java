package dev.onehop.k8s;

import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import java.util.List;

/**
 * The resources we follow, each as what it is mapped to.
 *
 * <p>Shared: safe from any thread.
 */
final class ApiResources {

    private final ApiConnection api;
    private final boolean headless;
    private final SliceTrust trust;
    private final ApiJson<Service> services;
    private final ApiJson<CheckedSlice> slices;
    private final ApiJson<List<EndpointSlice>> endpoints;

    /**
     * @param headless whether slices of headless Services are read, too
     * @param trust whose slices are used
     */
    ApiResources(ApiConnection api, boolean headless, SliceTrust trust) {
        this.api = api;
        this.headless = headless;
        this.trust = trust;
        var pool = new StringPool();
        var slicesOfApi = new SliceMapping(pool);
        var slicesOfEndpoints = new EndpointsMapping(pool);
        services = new ApiJson<>(ServiceMapping::map);
        slices = new ApiJson<>(object -> trust.check(object, slicesOfApi.map(object)));
        endpoints = new ApiJson<>(slicesOfEndpoints::map);
    }

    /** Whether v1 Endpoints, which do not tell who wrote them, may stand in for slices that we may not read. */
    boolean endpointsWillDo() {
        return !trust.isStrict();
    }

    ListWatch<Service> service(ServiceKey service) {
        return new HttpListWatch<>(api, Selection.service(service), services);
    }

    ListWatch<CheckedSlice> slices(ServiceKey service) {
        return new HttpListWatch<>(api, Selection.slices(service, headless), slices);
    }

    ListWatch<List<EndpointSlice>> endpoints(ServiceKey service) {
        return new HttpListWatch<>(api, Selection.endpoints(service), endpoints);
    }

    ListWatch<Service> services(String namespace) {
        return new HttpListWatch<>(api, Selection.services(namespace), services);
    }

    ListWatch<CheckedSlice> slices(String namespace) {
        return new HttpListWatch<>(api, Selection.slices(namespace, headless), slices);
    }
}
