package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Balancer;
import dev.onehop.Onehop;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * What clients make of streams of which a pod says that it has done nothing with them (RFC 9113 8.7): any method may be sent
 * again, once, and nobody is to blame.
 */
@Tag("contract")
public abstract class Http2UnprocessedContract extends Http2Fixture {

    private static final int REQUESTS = 400;
    private static final int THREADS = 4;

    /** Of 400 that fail with 1 % each, in all but 2 of 10 million runs. */
    private static final int MOST_FAILED = 17;

    /** Of 400 that are refused with 10 % each, in all but 8 of 10 million runs: or nothing was put to the test. */
    private static final int LEAST_REFUSED = 15;

    private static final int ANSWERS_A_GOAWAY = 40;

    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final Queue<String> executed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger repeated = new AtomicInteger();

    /** Whether what a pod has not begun fails, and its caller has to repeat it, once. */
    protected boolean isUnprocessedRepeatedByCallers() {
        return false;
    }

    /** Whether the client itself ends what is under way on a connection as an answer comes with a GOAWAY. */
    protected boolean endsStreamsAfterAGoAway() {
        return false;
    }

    @Test
    void f18_aRefusedStreamIsSentAgainOnce() throws Exception {
        Onehop onehop = onehopOver(Refusing::new);
        ClientUnderTest client = client(onehop, http2(null));

        Load load = closing(Load.of(THREADS, REQUESTS, number -> exchange(client, number)));
        load.awaitEnd();

        int failed = load.failures.size();
        System.out.printf(
                "F-18 %s: %d of %d requests failed, half of them POSTs; %d streams refused, %d repeated by callers%n",
                getClass().getSimpleName(), failed, REQUESTS, refused.size(), repeated.get());
        assertThat(load.sent).hasValue(REQUESTS);
        assertThat(refused).hasSizeGreaterThanOrEqualTo(LEAST_REFUSED);
        assertThat(failed).as("first: %s", first(load.failures)).isLessThanOrEqualTo(MOST_FAILED);
        assertThat(executed).doesNotHaveDuplicates().hasSize(REQUESTS - failed);
        assertThat(running.stream()
                        .flatMap(pod -> pod.seen().stream())
                        .collect(Collectors.groupingBy(seen -> seen, Collectors.counting()))
                        .values())
                .as("how often each request was sent")
                .allSatisfy(times -> assertThat(times).isLessThanOrEqualTo(2));
        endsWith(onehop, REQUESTS - failed);
        isHeldAgainstNobody(balancer(onehop));
        assertThat(balancer(onehop).tally().failed(Signal.CONNECTION_ENDS)).isEqualTo(refused.size());
    }

    @Test
    void f17_podsThatSayGoAwayUnderLoadFailNoRequestAndEjectNobody() throws Exception {
        var answered = new AtomicInteger();
        Onehop onehop = onehopOver(name -> (path, response) -> {
            executed.add(path);
            return answered.incrementAndGet() % ANSWERS_A_GOAWAY == 0
                    ? leaving(name, response)
                    : response.sendString(Mono.just(name));
        });
        ClientUnderTest client = client(onehop, http2(null));

        Load load = closing(Load.of(THREADS, REQUESTS, number -> exchange(client, number)));
        load.awaitEnd();

        System.out.printf(
                "F-17 %s: %d of %d requests failed, half of them POSTs; %d answers with a GOAWAY; %d streams not begun, "
                        + "%d repeated by callers%n",
                getClass().getSimpleName(),
                load.failures.size(),
                REQUESTS,
                answered.get() / ANSWERS_A_GOAWAY,
                balancer(onehop).tally().failed(Signal.CONNECTION_ENDS),
                repeated.get());
        int failed = load.failures.size();
        if (endsStreamsAfterAGoAway()) {
            int underWay = THREADS - 1;
            assertThat(failed).isLessThanOrEqualTo(underWay * REQUESTS / ANSWERS_A_GOAWAY);
            assertThat(executed).doesNotHaveDuplicates().hasSizeBetween(REQUESTS - failed, REQUESTS);
            await().atMost(SOON).until(() -> balancer(onehop).tally().inFlight() == 0);
        } else {
            assertThat(load.failures).isEmpty();
            assertThat(executed).doesNotHaveDuplicates().hasSize(REQUESTS);
            endsWith(onehop, REQUESTS);
        }
        isHeldAgainstNobody(balancer(onehop));
    }

    private Onehop onehopOver(Function<String, Http2Pod.Answers> answers) {
        for (String name : List.of("pod-1", "pod-2", "pod-3")) {
            pod(name, null, answers.apply(name));
        }
        publish(null);
        return onehop();
    }

    private void exchange(ClientUnderTest client, int number) throws IOException {
        Answer answer;
        try {
            answer = send(client, number);
        } catch (IOException unprocessed) {
            if (!isUnprocessedRepeatedByCallers()) {
                throw unprocessed;
            }
            repeated.incrementAndGet();
            answer = send(client, number);
        }
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).startsWith("pod-");
    }

    private static Answer send(ClientUnderTest client, int number) throws IOException {
        String url = URL + "/" + number;
        return number % 2 == 0 ? client.get(url) : client.send("POST", url, "order " + number);
    }

    private static List<Throwable> first(List<Throwable> failures) {
        return failures.stream().limit(1).toList();
    }

    private static void isHeldAgainstNobody(Balancer balancer) {
        assertThat(balancer.eligible().ejected()).isEmpty();
        assertThat(balancer.tally().failed())
                .as("of any other kind")
                .isEqualTo(balancer.tally().failed(Signal.CONNECTION_ENDS));
    }

    /** Refuses a tenth of its streams, before they have come to their end. */
    private final class Refusing implements Http2Pod.Answers {

        private final String name;
        private final SplittableRandom random;

        Refusing(String name) {
            this.name = name;
            this.random = new SplittableRandom(name.hashCode());
        }

        @Override
        public synchronized boolean refuses(String path) {
            return random.nextInt(10) == 0 && refused.add(path);
        }

        @Override
        public Publisher<Void> answer(String path, HttpServerResponse response) {
            executed.add(path);
            return response.sendString(Mono.just(name));
        }
    }
}
