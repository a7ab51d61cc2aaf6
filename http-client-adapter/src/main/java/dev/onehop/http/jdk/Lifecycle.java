package dev.onehop.http.jdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Methods that {@link HttpClient} and {@link HttpResponse} have since Java 21 and 25, for code compiled for 17. Where they
 * are missing, the answer is what an older client would do: nothing.
 *
 * <p>Pure, apart from what it calls.
 */
final class Lifecycle {

    private static final @Nullable MethodHandle CLOSE = find(HttpClient.class, "close", void.class);
    private static final @Nullable MethodHandle SHUTDOWN = find(HttpClient.class, "shutdown", void.class);
    private static final @Nullable MethodHandle SHUTDOWN_NOW = find(HttpClient.class, "shutdownNow", void.class);
    private static final @Nullable MethodHandle IS_TERMINATED = find(HttpClient.class, "isTerminated", boolean.class);
    private static final @Nullable MethodHandle AWAIT_TERMINATION =
            find(HttpClient.class, "awaitTermination", boolean.class, Duration.class);
    private static final @Nullable MethodHandle CONNECTION_LABEL =
            find(HttpResponse.class, "connectionLabel", Optional.class);

    private Lifecycle() {}

    static void close(HttpClient client) {
        call(CLOSE, client);
    }

    static void shutdown(HttpClient client) {
        call(SHUTDOWN, client);
    }

    static void shutdownNow(HttpClient client) {
        call(SHUTDOWN_NOW, client);
    }

    /** Before Java 21 clients do not know, and the answer is false, as the newer method's default says. */
    static boolean isTerminated(HttpClient client) {
        return Boolean.TRUE.equals(call(IS_TERMINATED, client));
    }

    /** Before Java 21 clients do not know, and the answer is true, as the newer method's default says. */
    static boolean awaitTermination(HttpClient client, Duration atMost) throws InterruptedException {
        if (AWAIT_TERMINATION == null) {
            return true;
        }
        try {
            return (boolean) AWAIT_TERMINATION.invoke(client, atMost);
        } catch (InterruptedException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable checked) {
            throw new IllegalStateException("HttpClient.awaitTermination declares no such exception", checked);
        }
    }

    @SuppressWarnings("unchecked") // connectionLabel() returns Optional<String>
    static Optional<String> connectionLabel(HttpResponse<?> response) {
        Object label = call(CONNECTION_LABEL, response);
        return label == null ? Optional.empty() : (Optional<String>) label;
    }

    private static @Nullable Object call(@Nullable MethodHandle method, Object on) {
        try {
            return method == null ? null : method.invoke(on);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable checked) {
            throw new IllegalStateException(method + " declares no checked exception", checked);
        }
    }

    private static @Nullable MethodHandle find(Class<?> owner, String name, Class<?> returns, Class<?>... takes) {
        try {
            return MethodHandles.publicLookup().findVirtual(owner, name, MethodType.methodType(returns, takes));
        } catch (NoSuchMethodException | IllegalAccessException older) {
            return null;
        }
    }
}
