/**
 * What kube-proxy would do, here and now, with a connection to a Service port: {@link dev.onehop.route.Route} and the
 * rules R1-R35 behind it, as pure functions of the Service, its slices and our location. Every endpoint left out is
 * reported with the rule that left it out.
 *
 * <p>Stands second in the flow. Imports only {@code dev.onehop.service}.
 */
@NullMarked
package dev.onehop.route;

import org.jspecify.annotations.NullMarked;
