package dev.onehop.http.vertx;

import io.vertx.core.Future;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Objects of Vert.x's that do something else in a few methods. Vert.x's own code casts them to interfaces that are not
 * meant for others, and adds methods to them: so they are proxies.
 *
 * <p>Pure functions.
 */
final class Delegate {

    /** The public ones of a class, which is asked with every request. */
    private static final ClassValue<Class<?>[]> INTERFACES = new ClassValue<>() {
        @Override
        protected Class<?>[] computeValue(Class<?> type) {
            return Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass)
                    .flatMap(each -> Arrays.stream(each.getInterfaces()))
                    .filter(each -> Modifier.isPublic(each.getModifiers()))
                    .distinct()
                    .toArray(Class<?>[]::new);
        }
    };

    private Delegate() {}

    /** What a method does instead. */
    @FunctionalInterface
    interface Instead {

        /**
         * Does it.
         *
         * @param own does what the object would have done
         */
        @Nullable Object call(Object proxy, Method method, @Nullable Object[] arguments, Own own) throws Throwable;
    }

    /** What the object itself does. */
    @FunctionalInterface
    interface Own {

        @Nullable Object call() throws Throwable;
    }

    /** {@code object} as a {@code type}, which is one of its public interfaces, and as all the others. */
    static <T> T of(T object, Class<T> type, Instead instead) {
        Class<?> own = object.getClass();
        return type.cast(
                Proxy.newProxyInstance(own.getClassLoader(), INTERFACES.get(own), new Handler(object, instead)));
    }

    /** Asks before it does what the object would do. */
    private record Handler(Object object, Instead instead) implements InvocationHandler {

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given)
                throws Throwable {
            @Nullable Object[] arguments = given == null ? new Object[0] : given;
            if (method.getDeclaringClass() == Object.class && method.getName().equals("equals")) {
                return proxy == arguments[0];
            }
            return instead.call(proxy, method, arguments, () -> invoked(object, method, arguments));
        }
    }

    /** The future of a method that is known to give one, and to throw nothing but what it may. */
    @SuppressWarnings("unchecked")
    static Future<Object> future(Own own) {
        try {
            return (Future<Object>) Objects.requireNonNull(own.call());
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            return Future.failedFuture(failure);
        }
    }

    /** What {@code each} is a delegate to; itself where it is none. */
    static <T> T undone(T each, Class<T> type) {
        return Proxy.isProxyClass(each.getClass()) && Proxy.getInvocationHandler(each) instanceof Handler ours
                ? type.cast(ours.object())
                : each;
    }

    /** The method of {@code object}, with its own exceptions. */
    static @Nullable Object invoked(Object object, Method method, @Nullable Object[] arguments) throws Throwable {
        try {
            return method.invoke(object, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
