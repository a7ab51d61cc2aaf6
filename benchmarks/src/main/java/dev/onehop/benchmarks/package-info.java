/**
 * What a pick, an attempt and an update cost, each beside a floor measured in the same run. Results with machine, JVM
 * and command are in {@code benchmarks/results}.
 */
package dev.onehop.benchmarks;
