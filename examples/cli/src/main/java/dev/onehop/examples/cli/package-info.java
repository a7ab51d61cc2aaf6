/**
 * Why did this pod get nothing? The command line over Onehop's rules: {@code explain} one Service port, {@code watch} it
 * change.
 *
 * <p>{@link dev.onehop.examples.cli.OnehopCommand} is the program. A {@code Source} gives the view, core's {@code Route}
 * decides, and {@code Picture}, {@code RouteJson} and core's {@code IptablesRules} show it.
 */
@NullMarked
package dev.onehop.examples.cli;

import org.jspecify.annotations.NullMarked;
