/**
 * A small HTTP Kubernetes API server for tests and the demo, with faults down to the byte.
 *
 * <p>Start at {@link dev.onehop.k8s.fake.FakeApiServer}. Imported by tests and the demo only; depends on Jackson, never
 * on a Kubernetes client or a test framework.
 */
@NullMarked
package dev.onehop.k8s.fake;

import org.jspecify.annotations.NullMarked;
