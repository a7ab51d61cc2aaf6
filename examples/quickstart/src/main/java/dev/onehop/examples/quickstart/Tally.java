package dev.onehop.examples.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * How requests went: how many, which pod answered, and why some failed.
 *
 * <p>Shared: safe from any thread.
 */
final class Tally {

    private static final int KEPT = 3;

    private final ConcurrentMap<String, LongAdder> answers = new ConcurrentHashMap<>();
    private final List<String> firstFailures = new ArrayList<>();
    private long failed;

    void answered(String pod) {
        answers.computeIfAbsent(pod, first -> new LongAdder()).increment();
    }

    synchronized void failed(String why) {
        failed++;
        if (firstFailures.size() < KEPT) {
            firstFailures.add(why);
        }
    }

    synchronized long failed() {
        return failed;
    }

    long requests() {
        return failed() + answers.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** How often each pod has answered. */
    Map<String, Long> answers() {
        return answers.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().sum()));
    }

    /** The first few reasons. */
    synchronized List<String> firstFailures() {
        return List.copyOf(firstFailures);
    }
}
