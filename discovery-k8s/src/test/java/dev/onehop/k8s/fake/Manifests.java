package dev.onehop.k8s.fake;

/**
 * Objects the tests start from.
 *
 * <p>Immutable.
 */
final class Manifests {
    private Manifests() {}

    static String slice(String name, String service, String address) {
        return """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: %s, namespace: shop, labels: {kubernetes.io/service-name: %s}}
                addressType: IPv4
                endpoints: [{addresses: [%s], conditions: {ready: true}}]
                ports: [{port: 8080}]
                """.formatted(name, service, address);
    }

    static String service(String name) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: shop}
                spec: {selector: {app: api}, ports: [{name: http, port: 80, targetPort: 8080}, {name: grpc, port: 90}]}
                """.formatted(name);
    }
}
