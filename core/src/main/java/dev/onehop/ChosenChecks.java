package dev.onehop;

import dev.onehop.route.Destination;
import dev.onehop.service.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which {@link ActiveCheck} was asked for on which Service ports. Checks speak TCP, so others have none.
 *
 * <p>Not thread-safe: belongs to a builder; what {@link #chosen} gives is immutable.
 */
final class ChosenChecks {

    private record Choice(Predicate<Destination> ports, ActiveCheck check) {}

    private final List<Choice> choices = new ArrayList<>();

    void add(Predicate<Destination> ports, ActiveCheck check) {
        choices.add(new Choice(Objects.requireNonNull(ports, "ports"), Objects.requireNonNull(check, "activeCheck")));
    }

    /** The first that fits. */
    Function<Destination, Optional<ActiveCheck>> chosen() {
        List<Choice> all = List.copyOf(choices);
        return port -> all.stream()
                .filter(choice -> port.protocol() == Protocol.TCP && choice.ports.test(port))
                .map(Choice::check)
                .findFirst();
    }
}
