/**
 * What a pick, an attempt, an update and an HTTP client's adapter cost, each beside a floor measured in the same run.
 * Results with machine, JVM and command are in {@code benchmarks/results}.
 */
package dev.onehop.benchmarks;
