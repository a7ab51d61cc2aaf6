package dev.onehop.http.spring;

import dev.onehop.Onehop;
import dev.onehop.http.apache.OnehopAsyncConnectionManager;
import dev.onehop.http.apache.OnehopConnectionManager;
import dev.onehop.http.jdk.OnehopHttpClient;
import dev.onehop.http.jetty.OnehopJetty;
import dev.onehop.http.reactor.OnehopReactor;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.eclipse.jetty.client.HttpClient;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.HttpComponentsClientHttpConnector;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.JettyClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Spring's clients, each over each of the clients that Spring has a door for. */
enum SpringClient {
    REST_JDK {
        @Override
        Posts over(Onehop onehop) {
            return rest(new JdkClientHttpRequestFactory(
                    OnehopHttpClient.wrap(java.net.http.HttpClient.newHttpClient(), onehop)));
        }
    },
    REST_APACHE {
        @Override
        Posts over(Onehop onehop) {
            return rest(new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
                    .setConnectionManager(OnehopConnectionManager.of(onehop))
                    .build()));
        }
    },
    REST_JETTY {
        @Override
        Posts over(Onehop onehop) {
            return rest(new JettyClientHttpRequestFactory(OnehopJetty.on(new HttpClient(), onehop)));
        }
    },
    REST_REACTOR {
        @Override
        Posts over(Onehop onehop) {
            return rest(new ReactorClientHttpRequestFactory(reactor(onehop)));
        }
    },
    WEB_JDK {
        @Override
        Posts over(Onehop onehop) {
            return web(new JdkClientHttpConnector(
                    OnehopHttpClient.wrap(java.net.http.HttpClient.newHttpClient(), onehop)));
        }
    },
    WEB_APACHE {
        @Override
        Posts over(Onehop onehop) {
            return web(new HttpComponentsClientHttpConnector(HttpAsyncClients.custom()
                    .setConnectionManager(OnehopAsyncConnectionManager.of(onehop))
                    .build()));
        }
    },
    WEB_JETTY {
        @Override
        Posts over(Onehop onehop) {
            return web(new JettyClientHttpConnector(OnehopJetty.on(new HttpClient(), onehop)));
        }
    },
    WEB_REACTOR {
        @Override
        Posts over(Onehop onehop) {
            return web(new ReactorClientHttpConnector(reactor(onehop)));
        }
    };

    abstract Posts over(Onehop onehop);

    /** Posts a text and returns the answer's. */
    @FunctionalInterface
    interface Posts {
        String post(String url, String body);
    }

    private static reactor.netty.http.client.HttpClient reactor(Onehop onehop) {
        return OnehopReactor.on(reactor.netty.http.client.HttpClient.newConnection(), onehop);
    }

    private static Posts rest(ClientHttpRequestFactory factory) {
        RestClient client = RestClient.builder().requestFactory(factory).build();
        return (url, body) ->
                String.valueOf(client.post().uri(url).body(body).retrieve().body(String.class));
    }

    private static Posts web(ClientHttpConnector connector) {
        WebClient client = WebClient.builder().clientConnector(connector).build();
        return (url, body) -> String.valueOf(client.post()
                .uri(url)
                .bodyValue(body)
                .retrieve()
                .bodyToMono(String.class)
                .block());
    }
}
