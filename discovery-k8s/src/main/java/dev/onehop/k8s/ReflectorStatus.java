package dev.onehop.k8s;

/**
 * How the copy of one resource of one Service stands.
 *
 * <p>Immutable.
 *
 * @param resource {@code services}, {@code endpointslices} or {@code endpoints}
 * @param condition {@code SYNCING}, {@code LIVE}, {@code DISCONNECTED}, {@code FORBIDDEN} or {@code UNSUPPORTED}
 * @param why what is wrong, for people; empty while live
 * @param complete whether a whole list has been read
 * @param relists how often the list was read again
 * @param divergences how often a comparison found that the watch had missed something
 * @param skippedObjects how many objects were beyond use
 * @param lastContactNanos when the server last said anything, on the clock of {@code SerialScheduler.nanoTime()}
 */
public record ReflectorStatus(
        String resource,
        String condition,
        String why,
        boolean complete,
        long relists,
        long divergences,
        long skippedObjects,
        long lastContactNanos) {}
