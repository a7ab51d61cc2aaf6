package dev.onehop.http.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which requests are a proxy's, and how soon a change of that is noticed. */
class ProxiesTest {

    private static final URI SERVICE = URI.create("http://api-service.proxies-test/");
    private static final String HOST_PROPERTY = "http.proxyHost";

    private final AtomicLong time = new AtomicLong();

    @AfterEach
    void noProxy() {
        System.clearProperty(HOST_PROPERTY);
    }

    @Test
    void theJvmsSettingsAreNoticedWithinASecond() {
        var proxies = new Proxies(HttpClient.newHttpClient(), time::get);
        assertThat(proxies.isFor(SERVICE)).isFalse();

        System.setProperty(HOST_PROPERTY, "127.9.9.9");
        time.addAndGet(Proxies.KEPT.toNanos() - 1);
        assertThat(proxies.isFor(SERVICE)).as("kept").isFalse();
        time.addAndGet(1);
        assertThat(proxies.isFor(SERVICE)).isTrue();

        System.clearProperty(HOST_PROPERTY);
        time.addAndGet(Proxies.KEPT.toNanos());
        assertThat(proxies.isFor(SERVICE)).isFalse();
    }

    @Test
    void eachHostAndSchemeHasItsOwnAnswer() {
        var proxies = new Proxies(HttpClient.newHttpClient(), time::get);
        assertThat(proxies.isFor(SERVICE)).isFalse();
        System.setProperty(HOST_PROPERTY, "127.9.9.9"); // of http only

        assertThat(proxies.isFor(URI.create("http://other-service.proxies-test/")))
                .isTrue();
        assertThat(proxies.isFor(URI.create("https://other-service.proxies-test/")))
                .isFalse();
        assertThat(proxies.isFor(URI.create("http://other-service.proxies-test/")))
                .isTrue();
    }

    @Test
    void aFixedProxyOfTheClientsIsOne() {
        var fixed = HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress("127.9.9.9", 3128)))
                .build();
        var proxies = new Proxies(fixed, time::get);

        assertThat(proxies.isFor(SERVICE)).isTrue();
        assertThat(proxies.isFor(SERVICE)).isTrue();
    }

    @Test
    void anApplicationsSelectorIsAskedForEachRequest() {
        var asked = new AtomicInteger();
        var own = HttpClient.newBuilder()
                .proxy(new ProxySelector() {
                    @Override
                    public List<Proxy> select(URI uri) {
                        return asked.incrementAndGet() % 2 == 0
                                ? List.of(Proxy.NO_PROXY)
                                : List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.9.9.9", 3128)));
                    }

                    @Override
                    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                        // not dialled here
                    }
                })
                .build();
        var proxies = new Proxies(own, time::get);

        assertThat(proxies.isFor(SERVICE)).isTrue();
        assertThat(proxies.isFor(SERVICE)).isFalse();
        assertThat(proxies.isFor(SERVICE)).isTrue();
    }
}
