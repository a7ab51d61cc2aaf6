/**
 * Pods on loopback for the tests of every module: real sockets, real faults, no cluster. Published in core's test-jar and
 * free of any test framework.
 */
@NullMarked
package dev.onehop.testing;

import org.jspecify.annotations.NullMarked;
