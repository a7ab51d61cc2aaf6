package dev.onehop.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onehop.service.EndpointSlice;
import dev.onehop.service.Fuzzed;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.ServiceView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Bytes as a watch: cut into lines, read, mapped, stored, made a view and routed. Each line is taken for each resource;
 * how the bytes are cut makes no difference; a stream fails by a {@link TroubleException}, an object by a
 * {@link MisfitException} or an {@link IllegalArgumentException}, and by nothing else.
 */
public final class WatchFuzz {

    private static final int LONGEST_LINE = 1 << 20;

    private WatchFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzed.within1Second(() -> {
            int piece = input.length == 0 ? 1 : 1 + (input[input.length - 1] & 0xff);
            var pool = new StringPool();
            var mapping = new SliceMapping(pool);
            List<Service> services = objects(input, piece, ServiceMapping::map);
            List<EndpointSlice> slices = new ArrayList<>(objects(input, piece, mapping::map));
            objects(input, piece, new EndpointsMapping(pool)::map).forEach(slices::addAll);
            for (Service service : services) {
                Fuzzed.route(service.key(), view(service.key(), services, slices));
            }
            Trouble trouble = ApiJson.trouble(429, input, Duration.ZERO);
            Fuzzed.must(!trouble.retryAfter().isNegative(), "to be tried again before now");
        });
    }

    private static ServiceView view(ServiceKey key, List<Service> services, List<EndpointSlice> slices) {
        return ServiceViews.view(
                key,
                new Snapshot<>(true, services, Condition.LIVE, 0, 1),
                new Snapshot<>(true, slices, Condition.LIVE, 0, 1),
                null);
    }

    /** What is stored at the end, by way of the watch and by way of a list. */
    private static <T> List<T> objects(byte[] input, int piece, Function<JsonNode, T> mapping) {
        var json = new ApiJson<>(orNothing(mapping));
        List<Change<T>> changes = changes(input, piece, json);
        Fuzzed.must(changes.equals(changes(input, input.length + 1, json)), "pieces of %d bytes differ", piece);
        var store = new Store<T>();
        changes.forEach(store::apply);
        List<T> watched = store.values();
        try {
            store.replace(json.page(new ByteArrayInputStream(input)));
        } catch (TroubleException documented) {
            return watched;
        }
        return store.values();
    }

    private static <T> List<Change<T>> changes(byte[] input, int piece, ApiJson<T> json) {
        var lines = new JsonLines(LONGEST_LINE);
        List<Change<T>> changes = new ArrayList<>();
        try {
            for (int from = 0; from < input.length; from += piece) {
                lines.add(
                        ByteBuffer.wrap(input, from, Math.min(piece, input.length - from)),
                        (line, length) -> changes.add(json.change(line, length)));
            }
        } catch (TroubleException documented) {
            return changes;
        } catch (IOException other) {
            throw new AssertionError("not a trouble", other);
        }
        return changes;
    }

    /** ApiJson takes every RuntimeException for an object beyond use; only these two are meant. */
    private static <T> Function<JsonNode, T> orNothing(Function<JsonNode, T> mapping) {
        return object -> {
            try {
                return mapping.apply(object);
            } catch (MisfitException | IllegalArgumentException documented) {
                return null;
            } catch (RuntimeException other) {
                throw new AssertionError("mapping", other);
            }
        };
    }
}
