/**
 * Tier B of the fault campaign: pods and the API server in trouble together, on real sockets, for minutes. Too long for
 * every build (tag {@code tierb}); {@code docs/reliability.md} has the command and the figures.
 */
@NullMarked
package dev.onehop.k8s.chaos;

import org.jspecify.annotations.NullMarked;
