/**
 * The door: {@link dev.onehop.Onehop} gives a {@link dev.onehop.Balancer} per Service port, and a balancer gives
 * {@link dev.onehop.Attempt}s.
 *
 * <p>The flow, one package per step, each importing only those before it:
 *
 * <pre>
 *   time      the loop on which everything that changes state runs
 *   service   what exists: Services, EndpointSlices, what we know of them (fed by a Discovery)
 *   route     what kube-proxy would do here: a pure function of the view, by rules R1-R35
 *   health    what happened on each backend, and who is ejected for it
 *   eligible  who may be picked now: one immutable snapshot
 *   pick      who is picked
 *   explain   why this pod, why not that one
 *   (here)    the pipeline that closes the loop, attempts, failover
 * </pre>
 */
@NullMarked
package dev.onehop;

import org.jspecify.annotations.NullMarked;
