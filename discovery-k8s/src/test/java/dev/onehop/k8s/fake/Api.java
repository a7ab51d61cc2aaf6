package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Answers one request: faults first, then access, then the truth.
 *
 * <p>Shared: safe from any thread; each connection calls it from its own.
 */
final class Api {
    private static final long WATCH_END_MILLIS = 10_000;

    private final Cluster cluster;
    private final WriteCalls writes;
    private final ReadCalls reads;
    private final Executor threads;
    private final Duration bookmarkEvery;

    Api(Cluster cluster, WriteCalls writes, Executor threads, Duration bookmarkEvery) {
        this.cluster = cluster;
        this.writes = writes;
        this.reads = new ReadCalls(cluster.store());
        this.threads = threads;
        this.bookmarkEvery = bookmarkEvery;
    }

    /** Answers the request. Returns whether the connection can take another. */
    boolean serve(HttpRequest request, HttpConnection connection) throws IOException, InterruptedException {
        ApiCall call = ApiCall.of(request);
        List<Effect> effects = cluster.faults().meeting(call);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Delay delay) {
                connection.pause(delay.by());
            } else if (effect instanceof Effect.Drop drop) {
                seen(request, call, 0);
                return stop(drop.ending(), connection);
            }
        }
        OutputStream out = connection.out(Faults.pause(effects));
        HttpResponse response;
        long version = cluster.store().version();
        try {
            response = injected(effects, call);
            if (response == null) {
                cluster.access().check(request, call);
                if (call != null && call.verb() == Verb.WATCH) {
                    boolean atOnce = effects.stream().anyMatch(Effect.EndAtOnce.class::isInstance);
                    return watch(request, call, out, connection, atOnce);
                }
                response = truth(request, call);
            }
        } catch (ApiError e) {
            response = e.response();
        } catch (RuntimeException e) {
            response = ApiError.internal(e.toString()).response();
        }
        seen(request, call, response.status());
        boolean goOn = write(request, response, effects, out, connection);
        boolean whole = effects.stream().noneMatch(Effect.Cut.class::isInstance);
        if (call != null && call.verb() == Verb.LIST && response.status() == 200 && whole) {
            cluster.deliveries().told(call.resource(), version);
        }
        return goOn;
    }

    private @Nullable HttpResponse injected(List<Effect> effects, @Nullable ApiCall call) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Answer answer) {
                return answer.response();
            }
            if (effect instanceof Effect.Fail fail) {
                return ApiError.ofCode(fail.code(), call, Access.USER).response();
            }
        }
        return null;
    }

    private HttpResponse truth(HttpRequest request, @Nullable ApiCall call) {
        if (call == null) {
            return cluster.documents().answer(request.path());
        }
        boolean table = Table.wanted(request);
        return switch (call.verb()) {
            case GET -> HttpResponse.json(200, shown(call, reads.get(call), table));
            case LIST -> HttpResponse.json(200, shown(call, reads.list(call), table));
            default -> writes.answer(call, request);
        };
    }

    private static ObjectNode shown(ApiCall call, ObjectNode object, boolean table) {
        return table ? Table.of(call.resource(), object, true) : object;
    }

    private boolean watch(
            HttpRequest request, ApiCall call, OutputStream out, HttpConnection connection, boolean endAtOnce)
            throws InterruptedException {
        WatchSpec spec = WatchSpec.of(call, Table.wanted(request), bookmarkEvery);
        AtomicReference<Runnable> leave = new AtomicReference<>(() -> {});
        WatchStream watch = new WatchStream(spec, cluster, out, ending -> {
            leave.get().run();
            connection.end(ending);
        });
        if (endAtOnce) {
            watch.end(Ending.CLEAN);
        } else {
            leave.set(subscribe(call, watch));
        }
        seen(request, call, 200);
        cluster.watches().add(watch);
        threads.execute(watch);
        if (!connection.awaitByte(watch::isOpen)) {
            watch.abandon();
            connection.end(Ending.CLOSE);
            return false;
        }
        return watch.awaitEnd(WATCH_END_MILLIS);
    }

    private Runnable subscribe(ApiCall call, WatchStream watch) {
        long version = call.number("resourceVersion");
        if (version == 0) {
            return cluster.store().subscribeFromNow(call.resource(), watch::event);
        }
        try {
            return cluster.store().subscribe(call.resource(), version, watch::event);
        } catch (ApiError gone) {
            if (cluster.faults().goneAsStatus()) {
                throw gone;
            }
            ObjectNode event = Json.object().put("type", "ERROR");
            event.set("object", gone.status());
            watch.raw(event + "\n");
            watch.end(Ending.CLEAN);
            return () -> {};
        }
    }

    private static boolean write(
            HttpRequest request,
            HttpResponse response,
            List<Effect> effects,
            OutputStream out,
            HttpConnection connection)
            throws IOException {
        out.write(response.head(request.keepAlive()));
        for (Effect effect : effects) {
            if (effect instanceof Effect.Cut cut) {
                out.write(response.body(), 0, (int) (response.body().length * cut.part()));
                out.flush();
                return stop(cut.ending(), connection);
            }
        }
        out.write(request.method().equals("HEAD") ? new byte[0] : response.body());
        out.flush();
        return request.keepAlive();
    }

    /** Ends the connection; a hanging one is held until its client gives up. */
    private static boolean stop(Ending ending, HttpConnection connection) {
        connection.end(ending);
        if (ending == Ending.HANG) {
            connection.awaitByte(() -> false);
        }
        return false;
    }

    private void seen(HttpRequest request, @Nullable ApiCall call, int status) {
        cluster.log().add(SeenRequest.of(request, call, status));
    }
}
