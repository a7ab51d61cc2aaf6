package dev.onehop.health;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** Hard failures and connections of several threads: as if they had come one by one, in some order. */
@Param(name = "seconds", gen = IntGen.class, conf = "0:12")
public class HardEvidenceLinearizability {

    private static final long SECOND = 1_000_000_000;

    private final HardEvidence evidence = new HardEvidence();

    /** @param seconds 0 to 12, so that streaks grow and grow too old */
    @Operation
    public boolean failed(@Param(name = "seconds") int seconds) {
        return evidence.add(Signal.CONNECT_REFUSED, seconds * SECOND);
    }

    @Operation
    public void connected() {
        evidence.clear();
    }

    /** The streak's length. */
    @Operation
    public String streak() {
        return evidence.toString();
    }

    /** What the page says (reliability 2.3), in three numbers. */
    public static class OneByOne {
        private int count;
        private long first;
        private long last;

        public boolean failed(int seconds) {
            long start = seconds * SECOND;
            if (count == 0 || start - first > 10 * SECOND) {
                count = 1;
                first = start;
                last = start;
            } else if (Math.abs(start - last) >= SECOND / 1_000) {
                count++;
                last = start;
            }
            return count >= 2;
        }

        public void connected() {
            count = 0;
        }

        public String streak() {
            return count == 0 ? "none" : count + " x CONNECT_REFUSED";
        }
    }
}
