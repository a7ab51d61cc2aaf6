package dev.onehop.http.jetty;

import dev.onehop.Onehop;
import dev.onehop.http.contract.ClientUnderTest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** Jetty's client over Onehop, as the contracts drive it. */
record JettyClient(HttpClient http, Setup setup) implements ClientUnderTest {

    static JettyClient over(Onehop onehop, Setup setup) throws Exception {
        return started(OnehopJetty.on(unstarted(setup), onehop), setup);
    }

    static JettyClient started(HttpClient http, Setup setup) throws Exception {
        http.start();
        return new JettyClient(http, setup);
    }

    /** With the transport that speaks HTTP/2 only. */
    static JettyClient ofHttp2Alone(Onehop onehop, Setup setup) throws Exception {
        HttpClient http = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client(connector(setup))));
        return started(OnehopJetty.on(set(http, setup), onehop), setup);
    }

    static HttpClient unstarted(Setup setup) {
        ClientConnector connector = connector(setup);
        return set(
                new HttpClient(
                        setup.http2()
                                ? new HttpClientTransportDynamic(
                                        connector,
                                        new ClientConnectionFactoryOverHTTP2.HTTP2(new HTTP2Client(connector)),
                                        HttpClientConnectionFactory.HTTP11)
                                : new HttpClientTransportOverHTTP(connector)),
                setup);
    }

    private static ClientConnector connector(Setup setup) {
        var connector = new ClientConnector();
        SSLContext trust = setup.trust();
        if (trust != null) {
            var tls = new SslContextFactory.Client();
            tls.setSslContext(trust);
            connector.setSslContextFactory(tls);
        }
        return connector;
    }

    private static HttpClient set(HttpClient http, Setup setup) {
        var threads = new QueuedThreadPool(16);
        threads.setDaemon(true);
        http.setExecutor(threads);
        http.setConnectTimeout(setup.connectTimeout().toMillis());
        http.setMaxConnectionsPerDestination(setup.connections());
        http.setFollowRedirects(false);
        return http;
    }

    @Override
    public Answer send(String method, String url, @Nullable String body) throws IOException {
        Request request = http.newRequest(url)
                .method(method)
                .timeout(setup.responseTimeout().toMillis(), TimeUnit.MILLISECONDS);
        if (body != null) {
            request.body(new StringRequestContent(body));
        }
        try {
            ContentResponse response = request.send();
            return new Answer(
                    response.getStatus(),
                    response.getVersion() == HttpVersion.HTTP_2 ? "HTTP/2" : "HTTP/1.1",
                    response.getContentAsString());
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close() {
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("stopping " + http, e);
        }
    }
}
