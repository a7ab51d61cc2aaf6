package dev.onehop.k8s.fake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be made to go wrong, for requests to come and for watches already open.
 *
 * <p>Reached by {@link FakeApiServer#faults()}. Methods about open watches take a plural resource name and act on all
 * watches of it, in order with the events sent before; they return without waiting for the bytes to be written.
 *
 * <p>Shared: safe from any thread.
 */
public final class Faults {
    private static final int FOREVER = -1;

    private final List<ArmedFault> armed = new CopyOnWriteArrayList<>();
    private final Set<ApiResource> swallowed = ConcurrentHashMap.newKeySet();
    private final OpenWatches watches;
    private final ObjectStore store;
    private final Access access;
    private volatile boolean bookmarksStopped;
    private volatile boolean goneAsStatus;

    Faults(OpenWatches watches, ObjectStore store, Access access) {
        this.watches = watches;
        this.store = store;
        this.access = access;
    }

    /** Requests of one verb and resource; null means any. Documents are met by {@link Verb#DOCUMENT} alone. */
    public FaultPoint on(@Nullable Verb verb, @Nullable String resource) {
        return new FaultPoint(verb, resource == null ? null : ApiResource.of(resource), 0, FOREVER, armed::add);
    }

    /** Ends every fault: armed ones, swallowing, stalls, stopped bookmarks, denials and 410 as an HTTP status. */
    public void clear() {
        armed.clear();
        swallowed.clear();
        bookmarksStopped = false;
        goneAsStatus = false;
        access.allowAll();
        resumeWatches();
    }

    /** Answers 403 to this verb on this resource, in the words of the real authorizer, until {@link #allowAll}. */
    public void deny(Verb verb, String resource) {
        access.deny(verb, ApiResource.of(resource));
    }

    /** Ends all denials. */
    public void allowAll() {
        access.allowAll();
    }

    /** Requires this bearer token from now on; open watches stay, as they do on a real server. */
    public void rotateToken(String token) {
        access.require(token);
    }

    /** Makes every resourceVersion handed out so far too old to watch from, told inside the stream. */
    public void expireHistory() {
        goneAsStatus = false;
        store.expireHistory();
    }

    /** Like {@link #expireHistory}, told as HTTP status 410 instead, until {@link #clear}. */
    public void expireHistoryAsHttpStatus() {
        goneAsStatus = true;
        store.expireHistory();
    }

    /** Turns the version counter back, as restoring etcd from a backup does; objects keep their content. */
    public void rewindResourceVersion(long to) {
        if (to < 1) {
            throw new IllegalArgumentException("resourceVersion: " + to + " (expected: 1 or more)");
        }
        store.rewind(to);
    }

    /** Keeps all watches open but writes nothing to them; events queue up. New watches stall as well. */
    public void stallWatches() {
        watches.stall();
    }

    /** Ends a stall; what has queued up is written. */
    public void resumeWatches() {
        watches.resume();
    }

    /** Loses the events of a resource on every watch, while bookmarks go on as if they had been delivered. */
    public void swallowEvents(String resource) {
        swallowed.add(ApiResource.of(resource));
    }

    /** Delivers events again; those swallowed stay lost. */
    public void deliverEvents(String resource) {
        swallowed.remove(ApiResource.of(resource));
    }

    /** Sends no bookmarks until {@link #clear}. */
    public void stopBookmarks() {
        bookmarksStopped = true;
    }

    /** Ends the open watches of a resource; {@link Ending#HANG} leaves each silent for good. */
    public void endWatches(String resource, Ending ending) {
        watches.of(ApiResource.of(resource)).forEach(watch -> watch.end(ending));
    }

    /** Writes this text, as it is, into the open watches: half a line, no JSON, anything. */
    public void writeToWatches(String resource, String raw) {
        watches.of(ApiResource.of(resource)).forEach(watch -> watch.raw(raw));
    }

    /** Writes a JSON string that goes on for so many mebibytes without an end of line. */
    public void writeEndlessLine(String resource, int mebibytes) {
        writeToWatches(resource, "{\"type\":\"ADDED\",\"object\":{\"kind\":\"");
        String filler = "x".repeat(1 << 20);
        for (int written = 0; written < mebibytes; written++) {
            writeToWatches(resource, filler);
        }
    }

    /** Writes one well-formed event with any type and any object. */
    public void writeEvent(String resource, String type, ObjectNode object) {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", object);
        writeToWatches(resource, event + "\n");
    }

    /** Writes the last event of each open watch once more; watches that had none are left alone. */
    public void repeatLastEvent(String resource) {
        watches.of(ApiResource.of(resource)).forEach(WatchStream::repeat);
    }

    /** The effects this request meets, each kind at most once. */
    List<Effect> meeting(@Nullable ApiCall call) {
        List<Effect> effects = new ArrayList<>();
        for (ArmedFault fault : armed) {
            boolean kindTaken = effects.stream()
                    .anyMatch(each -> each.getClass() == fault.effect().getClass());
            if (!kindTaken && fault.meets(call) && fault.take()) {
                effects.add(fault.effect());
            }
        }
        armed.removeIf(ArmedFault::spent);
        return effects;
    }

    boolean swallows(ApiResource resource) {
        return swallowed.contains(resource);
    }

    boolean bookmarksStopped() {
        return bookmarksStopped;
    }

    boolean goneAsStatus() {
        return goneAsStatus;
    }

    /** The pause a slow effect asks for, or zero. */
    static Duration pause(List<Effect> effects) {
        return effects.stream()
                .map(effect -> effect instanceof Effect.Slow slow ? slow.perByte() : Duration.ZERO)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }
}
