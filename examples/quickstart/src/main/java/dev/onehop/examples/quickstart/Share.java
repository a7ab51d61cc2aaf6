package dev.onehop.examples.quickstart;

import dev.onehop.explain.Explanation;
import dev.onehop.explain.Explanation.Candidate;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A number of requests, one after the other, and the share that each pod got of them, by Onehop's own count.
 *
 * <p>Immutable.
 *
 * @param picks how often each pod was picked, by pod or address
 * @param applies whether the share can be expected to be even: no session affinity, and the same pods all the time
 */
record Share(Map<String, Long> picks, long failed, String firstFailure, boolean applies) {

    private static final int BAR = 40;

    /** Sends the requests and counts; {@code good} tells answers from failures. */
    static Share measure(ServiceClient client, int requests, Predicate<HttpResponse<String>> good)
            throws InterruptedException {
        Explanation before = client.balancer().explain();
        long failed = 0;
        String firstFailure = "";
        for (int i = 0; i < requests; i++) {
            String failure = failure(client, good);
            failed += failure.isEmpty() ? 0 : 1;
            firstFailure = firstFailure.isEmpty() ? failure : firstFailure;
        }
        Explanation after = client.balancer().explain();
        Map<String, Long> startedBefore = started(before);
        Map<String, Long> picks = started(after);
        boolean same = picks.keySet().equals(startedBefore.keySet());
        picks.replaceAll((pod, count) -> count - startedBefore.getOrDefault(pod, 0L));
        boolean affinity = client.balancer().eligible().affinityTimeout().isPresent();
        return new Share(picks, failed, firstFailure, same && !affinity && !picks.isEmpty());
    }

    /** Whether the share is even, as far as it can be told. */
    boolean isEven() {
        return !applies || EvenShare.of(picks.values()).isEven();
    }

    void print(Terminal out) {
        long total = picks.values().stream().mapToLong(Long::longValue).sum();
        picks.forEach((pod, count) -> out.line(String.format(
                Locale.ROOT,
                "  %-32s %,7d  %5.1f %%  %s",
                pod,
                count,
                total == 0 ? 0 : 100.0 * count / total,
                "#".repeat(total == 0 ? 0 : (int) (BAR * count / total)))));
        if (!applies) {
            out.line("  No test for evenness: session affinity, or the set of pods changed meanwhile.");
            return;
        }
        EvenShare even = EvenShare.of(picks.values());
        out.verdict(
                even.isEven(),
                String.format(
                        Locale.ROOT,
                        "  %s: chi-square %.3f, %d %s of freedom, p = %.2g (uneven below %.0e); %d failed",
                        even.isEven() ? "even" : "UNEVEN",
                        even.chiSquare(),
                        even.degrees(),
                        even.degrees() == 1 ? "degree" : "degrees",
                        even.p(),
                        EvenShare.BOUND,
                        failed));
    }

    @SuppressWarnings("CatchingUnchecked") // whatever it is, it is a failed request, and is shown
    private static String failure(ServiceClient client, Predicate<HttpResponse<String>> good)
            throws InterruptedException {
        try {
            HttpResponse<String> response = client.get();
            return good.test(response) ? "" : "HTTP " + response.statusCode() + ": " + response.body();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static Map<String, Long> started(Explanation explained) {
        Map<String, Long> started = new LinkedHashMap<>();
        List<Candidate> candidates = explained.backends();
        candidates.forEach(candidate -> started.merge(name(candidate), candidate.started(), Long::sum));
        return started;
    }

    private static String name(Candidate candidate) {
        return candidate.pod() == null ? candidate.address() : candidate.pod();
    }
}
