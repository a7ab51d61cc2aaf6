package dev.onehop.health;

/**
 * A backend taken out of the eligible set for a time, by evidence of this client.
 *
 * <p>Immutable.
 *
 * @param times how many ejections in a row, this one included; the time doubles with each
 * @param sinceNanos when it was ejected
 * @param untilNanos when it returns
 * @param evidence for people
 */
public record Ejection(int times, long sinceNanos, long untilNanos, String evidence) {}
