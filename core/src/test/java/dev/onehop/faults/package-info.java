/**
 * The fault campaign of the data plane: pods that die, hang, lie and return, and what callers see of it. Every test prints
 * its figure in one line; {@code docs/reliability.md} is the table of them.
 */
@NullMarked
package dev.onehop.faults;

import org.jspecify.annotations.NullMarked;
