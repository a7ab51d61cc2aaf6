package dev.onehop.service;

import java.util.Objects;

/**
 * How a caller names a Service port: by number or by name. Always the Service's port, never a target port (R5, R13).
 *
 * <p>Immutable.
 */
public sealed interface PortRef {

    /**
     * By {@code spec.ports[].port}.
     *
     * @param number 1..65535
     */
    record Numbered(int number) implements PortRef {
        public Numbered {
            if (number < 1 || number > 65535) {
                throw new IllegalArgumentException("port: " + number + " (expected: 1..65535)");
            }
        }

        @Override
        public String toString() {
            return Integer.toString(number);
        }
    }

    /**
     * By {@code spec.ports[].name}; {@code ""} is the unnamed port.
     *
     * @param name the port name, compared exactly
     */
    record Named(String name) implements PortRef {
        public Named {
            Objects.requireNonNull(name, "name");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * Reads {@code "80"} as a number and anything that is not all digits as a name.
     *
     * @throws IllegalArgumentException for an empty text or a number outside 1..65535
     */
    static PortRef parse(String text) {
        if (Objects.requireNonNull(text, "text").isEmpty()) {
            throw new IllegalArgumentException("port: empty (expected: 1..65535 or a port name)");
        }
        if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            if (text.startsWith("-") && text.chars().skip(1).allMatch(Character::isDigit)) {
                throw new IllegalArgumentException("port: " + text + " (expected: 1..65535 or a port name)");
            }
            return new Named(text);
        }
        try {
            return new Numbered(Integer.parseInt(text));
        } catch (NumberFormatException tooLong) {
            throw new IllegalArgumentException("port: " + text + " (expected: 1..65535)", tooLong);
        }
    }
}
