package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onehop.service.StaticDiscovery;
import dev.onehop.testing.SampleService;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Onehop picks and tells where there is no Micrometer on the class path. */
class WithoutMicrometerTest {

    @Test
    void picksWork() throws Exception {
        try (URLClassLoader bare = withoutMicrometer()) {
            assertThatThrownBy(() -> bare.loadClass("io.micrometer.core.instrument.MeterRegistry"))
                    .isInstanceOf(ClassNotFoundException.class);
            Callable<?> application = (Callable<?>)
                    bare.loadClass(Application.class.getName()).getConstructor().newInstance();

            assertThat(application.getClass()).isNotEqualTo(Application.class);
            assertThat(application.call()).isEqualTo(1L);
        }
    }

    private static URLClassLoader withoutMicrometer() {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("micrometer-"))
                .map(WithoutMicrometerTest::url)
                .toArray(URL[]::new);
        return new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }

    /** Makes one attempt on the only pod, and tells how many were counted. */
    public static final class Application implements Callable<Long> {
        @Override
        public Long call() throws Exception {
            StaticDiscovery discovery = StaticDiscovery.create();
            discovery.set(SampleService.service(), SampleService.slice("api-1", 0, 1));
            try (Onehop onehop = Onehop.builder()
                    .discovery(discovery)
                    .meshDetection(false)
                    .listener(event -> {})
                    .build()) {
                Balancer api = onehop.balancer("api.shop:80");
                api.attempt().succeeded();
                return api.tally().succeeded();
            }
        }
    }
}
