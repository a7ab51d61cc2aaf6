package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes API server in this process: real HTTP, real watch semantics, and faults on request.
 *
 * <p>Serves services, endpoints, endpointslices, nodes, namespaces and (empty) pods to any client, kubectl included.
 * Objects come from {@link #apply}, from clients, or from a {@link Recording}; {@link #faults()} makes things go wrong.
 * Nothing a client does can throw here; after {@link #close} no thread and no socket is left.
 *
 * <p>Shared: safe from any thread.
 */
public final class FakeApiServer implements AutoCloseable {
    private static final long CLOSE_SECONDS = 10;

    private final Cluster cluster;
    private final WriteCalls writes;
    private final Listener listener;
    private final ExecutorService threads;
    private final String address;
    private volatile @Nullable TlsIdentity tls;

    FakeApiServer(FakeApiServerBuilder settings) {
        address = settings.address;
        tls = settings.tls ? TlsIdentity.selfSigned(address) : null;
        ObjectStore store = new ObjectStore(settings.history);
        OpenWatches watches = new OpenWatches();
        Access access = new Access(settings.token);
        Faults faults = new Faults(watches, store, access);
        cluster = new Cluster(store, watches, access, faults, new RequestLog(), new Documents(), new Deliveries());
        writes = new WriteCalls(store);
        writes.ensureNamespace("default");

        AtomicInteger number = new AtomicInteger();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "fake-apiserver-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        Api api = new Api(cluster, writes, threads, settings.bookmarkEvery);
        listener = new Listener(settings.ip(), settings.port, threads, (socket, onClose) -> {
            TlsIdentity identity = tls;
            return new HttpConnection(socket, identity == null ? null : identity.context(), api, onClose);
        });
        listener.up();
    }

    /** Starts a plain HTTP server on a free port of 127.0.0.1. */
    public static FakeApiServer start() {
        return builder().start();
    }

    /** Settings for a server to start. */
    public static FakeApiServerBuilder builder() {
        return new FakeApiServerBuilder();
    }

    /** Where clients find it, such as {@code http://127.0.0.1:34567}; the port survives {@link #down}. */
    public String url() {
        String host = address.contains(":") ? "[" + address + "]" : address;
        return (tls == null ? "http://" : "https://") + host + ":" + listener.port();
    }

    /**
     * The authority to trust, in PEM.
     *
     * @throws IllegalStateException when the server speaks plain HTTP
     */
    public String caCertificatePem() {
        TlsIdentity identity = tls;
        if (identity == null) {
            throw new IllegalStateException("caCertificatePem: none (expected: a server built with tls())");
        }
        return identity.certificatePem();
    }

    /** The text of a kubeconfig with address, authority and token as they are now. */
    public String kubeconfig() {
        TlsIdentity identity = tls;
        return new Kubeconfig(
                        url(),
                        identity == null ? null : identity.certificatePem(),
                        cluster.access().token())
                .text();
    }

    /**
     * Creates or replaces every object of a manifest: YAML or JSON, several documents and lists allowed.
     *
     * <p>Objects without a namespace go to {@code default}; missing namespaces are created. Returns the
     * resourceVersion after the last.
     */
    public long apply(String yamlOrJson) {
        for (ObjectNode object : Json.manifest(yamlOrJson)) {
            ApiResource resource = ApiResource.ofKind(
                    object.path("apiVersion").asText(), object.path("kind").asText());
            String namespace = object.path("metadata").path("namespace").asText("default");
            ObjectKey key = ObjectKey.of(resource, namespace, Admission.nameOf(object));
            if (cluster.store().get(resource, key) == null) {
                create(resource.plural, namespace, object);
            } else {
                object.withObjectProperty("metadata").remove("resourceVersion");
                writes.replace(resource, key, object);
            }
        }
        return cluster.store().version();
    }

    /** Copies of all objects of a resource, in the order of namespace and name. */
    public List<ObjectNode> objects(String resource) {
        return cluster.store().snapshot(ApiResource.of(resource)).items().stream()
                .map(ObjectNode::deepCopy)
                .toList();
    }

    /**
     * A copy of an object; the namespace is ignored for cluster-scoped resources.
     *
     * @throws NoSuchElementException when there is none
     */
    public ObjectNode get(String resource, @Nullable String namespace, String name) {
        ApiResource of = ApiResource.of(resource);
        ObjectNode object = cluster.store().get(of, ObjectKey.of(of, namespace, name));
        if (object == null) {
            throw new NoSuchElementException("%s %s/%s: not found".formatted(resource, namespace, name));
        }
        return object.deepCopy();
    }

    /** Creates an object, and its namespace when missing. Returns its resourceVersion. */
    public long create(String resource, @Nullable String namespace, ObjectNode object) {
        ApiResource of = ApiResource.of(resource);
        if (of.namespaced && namespace != null) {
            writes.ensureNamespace(namespace);
        }
        return StoredEvent.versionOf(writes.create(of, namespace, object));
    }

    /** Replaces an object, whatever its version; one that is the same stays. Returns its resourceVersion. */
    public long replace(String resource, @Nullable String namespace, String name, ObjectNode object) {
        ApiResource of = ApiResource.of(resource);
        ObjectNode body = object.deepCopy();
        body.withObjectProperty("metadata").remove("resourceVersion");
        return StoredEvent.versionOf(writes.replace(of, ObjectKey.of(of, namespace, name), body));
    }

    /** Replaces an object by a copy the function has changed in place. Returns its resourceVersion. */
    public long update(String resource, @Nullable String namespace, String name, Consumer<ObjectNode> change) {
        ObjectNode object = get(resource, namespace, name);
        change.accept(object);
        return replace(resource, namespace, name, object);
    }

    /** Deletes an object; with a namespace goes all that is in it. Returns the version of the deletion. */
    public long delete(String resource, @Nullable String namespace, String name) {
        ApiResource of = ApiResource.of(resource);
        return StoredEvent.versionOf(writes.delete(of, ObjectKey.of(of, namespace, name)));
    }

    /** The resourceVersion of the latest change to anything. */
    public long resourceVersion() {
        return cluster.store().version();
    }

    /**
     * Replaces the recorded resources by the recording's initial lists; changes follow step by step.
     *
     * @throws IllegalStateException when this server's resourceVersion is already beyond the recording's first
     */
    public Replay load(Recording recording) {
        return new Replay(recording, cluster.store(), cluster.watches());
    }

    /** What can be made to go wrong. */
    public Faults faults() {
        return cluster.faults();
    }

    /** Sends a bookmark to every open watch of a resource that asked for bookmarks. */
    public void sendBookmarks(String resource) {
        ApiResource of = ApiResource.of(resource);
        cluster.store().atVersion(version -> cluster.watches().of(of).forEach(watch -> watch.bookmark(version)));
    }

    /** The requests so far, in the order they were answered. */
    public List<SeenRequest> requests() {
        return cluster.log().all();
    }

    /** When, by {@link System#nanoTime}, the first client had been told a version of a resource, or a later one. */
    public OptionalLong deliveredNanos(String resource, long version) {
        return cluster.deliveries().firstNanos(ApiResource.of(resource), version);
    }

    /** How many watches of a resource are open. */
    public int openWatches(String resource) {
        return cluster.watches().of(ApiResource.of(resource)).size();
    }

    /**
     * Waits until exactly so many watches of a resource are open; changes made afterwards reach them.
     *
     * @throws AssertionError when the time is up or the thread is interrupted
     */
    public void awaitWatches(String resource, int count, Duration atMost) {
        cluster.watches().await(ApiResource.of(resource), count, atMost);
    }

    /** Stops listening and closes every connection, until {@link #up}; objects and history stay. */
    public void down() {
        listener.down();
    }

    /** Listens again, on the same port. */
    public void up() {
        if (threads.isShutdown()) {
            throw new IllegalStateException("up: the server is closed (expected: open)");
        }
        listener.up();
    }

    /** Serves a new self-signed certificate to new connections, which the old authority does not vouch for. */
    public void rotateCertificate() {
        caCertificatePem();
        tls = TlsIdentity.selfSigned(address);
    }

    @Override
    public void close() {
        listener.down();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        "close: threads still running (expected: none after " + CLOSE_SECONDS + " s)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
