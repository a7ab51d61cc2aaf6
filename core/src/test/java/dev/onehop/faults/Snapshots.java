package dev.onehop.faults;

import dev.onehop.eligible.Eligible;
import dev.onehop.health.Backend;
import dev.onehop.health.Ejection;
import dev.onehop.health.Ejection.Kind;
import dev.onehop.route.BackendKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An auditor of every snapshot picks read: the limits of P-1, and who was ejected how often.
 *
 * <p>Shared: safe from any thread; one monitor guards it.
 */
final class Snapshots implements Consumer<Eligible> {

    private final List<String> broken = new ArrayList<>();
    private final Map<BackendKey, Integer> ejections = new HashMap<>();
    private Set<BackendKey> out = new HashSet<>();
    private int most;
    private int mostSoft;
    private int count;

    @Override
    public synchronized void accept(Eligible snapshot) {
        count++;
        Set<BackendKey> now = new HashSet<>();
        int soft = 0;
        for (Backend backend : snapshot.ejected()) {
            Ejection ejection = snapshot.ejection(backend).orElseThrow();
            now.add(backend.key());
            soft += ejection.kind() == Kind.SOFT ? 1 : 0;
            if (!out.contains(backend.key())) {
                ejections.merge(backend.key(), 1, Integer::sum);
            }
        }
        out = now;
        most = Math.max(most, now.size());
        mostSoft = Math.max(mostSoft, soft);
        int n = snapshot.size() + now.size();
        if (n > 0 && (now.size() > n - 1 || soft > softCap(n) || snapshot.failedOpen())) {
            broken.add(now.size() + " out, " + soft + " for bad answers, of " + n);
        }
    }

    /** Fewer than half, always; one of two or three (reliability 2.5). */
    static int softCap(int n) {
        return n <= 1 ? 0 : n <= 3 ? 1 : (n + 1) / 2 - 1;
    }

    /** Snapshots in which more were out than may be. */
    synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    /** How many times somebody was ejected. */
    synchronized int ejections() {
        return ejections.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many different backends were ejected. */
    synchronized int ejected() {
        return ejections.size();
    }

    /** The most that were out at one time. */
    synchronized int most() {
        return most;
    }

    synchronized int mostSoft() {
        return mostSoft;
    }

    synchronized int count() {
        return count;
    }
}
