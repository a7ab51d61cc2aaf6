package dev.onehop.health;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The value of a {@code Retry-After} header: seconds, or one of the three forms of a date (RFC 9110 10.2.3, 5.6.7).
 *
 * <p>Pure functions.
 */
public final class RetryAfter {

    private static final int LONGEST_VALUE = 64;
    private static final int MOST_DIGITS = 9;
    private static final int YEARS_AHEAD = 50;

    private RetryAfter() {}

    /**
     * How long to wait; zero for a date that is over. Empty when the value is malformed.
     *
     * @param now by the wall's clock, which the header's dates are of
     */
    public static Optional<Duration> parse(String value, Instant now) {
        String text = value.strip();
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(
                    Duration.ofSeconds(Long.parseLong(text.substring(0, Math.min(MOST_DIGITS, text.length())))));
        }
        if (text.length() > LONGEST_VALUE) {
            return Optional.empty();
        }
        for (DateTimeFormatter form : forms(now)) {
            try {
                Duration left =
                        Duration.between(now, LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC));
                return Optional.of(left.isNegative() ? Duration.ZERO : left);
            } catch (DateTimeException another) {
                // perhaps the next form
            }
        }
        return Optional.empty();
    }

    /** IMF-fixdate, and the obsolete forms of RFC 850, whose two-digit year is at most fifty ahead, and of asctime. */
    private static List<DateTimeFormatter> forms(Instant now) {
        int earliest = now.atOffset(ZoneOffset.UTC).getYear() + YEARS_AHEAD - 99;
        return List.of(
                DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US),
                new DateTimeFormatterBuilder()
                        .appendPattern("EEEE, dd-MMM-")
                        .appendValueReduced(ChronoField.YEAR, 2, 2, earliest)
                        .appendPattern(" HH:mm:ss 'GMT'")
                        .toFormatter(Locale.US),
                DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US));
    }
}
