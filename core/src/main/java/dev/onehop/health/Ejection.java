package dev.onehop.health;

/**
 * A backend taken out of the eligible set for a time, by evidence of this client.
 *
 * <p>Immutable.
 *
 * @param kind what it takes to return
 * @param times how many ejections in a row, this one included; the time doubles with each
 * @param sinceNanos when it was ejected
 * @param untilNanos when it may be tried again; while it is tried, when the trial counts as lost
 * @param onTrial whether it is being tried
 * @param evidence for people
 */
public record Ejection(Kind kind, int times, long sinceNanos, long untilNanos, boolean onTrial, String evidence) {

    /** By which evidence, and so how it returns (reliability 2.6, 2.7). */
    public enum Kind {
        /** Connects failed: returns by a connect of ours that no caller waits for. */
        HARD,
        /** Answers were bad: returns by callers' requests, one at a time. */
        SOFT
    }
}
