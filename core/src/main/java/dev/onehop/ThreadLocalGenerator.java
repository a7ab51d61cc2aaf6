package dev.onehop;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * {@link ThreadLocalRandom} as one object that many threads may hold.
 *
 * <p>Shared: safe from any thread; each uses its own generator.
 */
enum ThreadLocalGenerator implements RandomGenerator {
    INSTANCE;

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public int nextInt(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }
}
