package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.onehop.Onehop;
import dev.onehop.faults.Figure;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import dev.onehop.http.contract.ClientUnderTest.Setup;
import dev.onehop.testing.LoopbackPod;
import dev.onehop.testing.LoopbackPods;
import dev.onehop.testing.PodRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Part of {@link FaultsContract}: pods are killed while they answer, with connections that are kept. */
@Tag("contract")
public abstract class KilledPodsContract extends ContractFixture {

    static final int CALLERS = 4;

    private static final Duration ANSWER = Duration.ofMillis(20);

    @Test
    void f04_killedPodsFailNoGetThatIsAskedAgainOnce() throws Exception {
        var repeated = new AtomicInteger();
        ClientUnderTest client = client(onehop());
        Load load = killing(number -> {
            try {
                answered(client, "GET", "/" + number, null);
            } catch (IOException killed) {
                repeated.incrementAndGet();
                answered(client, "GET", "/" + number, null);
            }
        });

        print("F-04", "3 of 6 pods are killed: " + repeated.get() + " GETs asked again", "%d of %d failed", load);
        assertThat(load.failures).isEmpty();
    }

    @Test
    void f05_killedPodsFailThePostsTheyHadAndNoneIsSentTwice() throws Exception {
        ClientUnderTest client = closing(openSendingOnce(onehop(), Setup.plain()));
        Load load = killing(number -> answered(client, "POST", "/" + number, "order"));

        print("F-05", "3 of 6 pods are killed, POSTs", "%d of %d failed", load);
        assertThat(load.failures)
                .hasSizeBetween(1, 3 * CALLERS)
                .allSatisfy(each -> assertThat(each).isInstanceOf(IOException.class));
    }

    /** A client that sends nothing again by itself that a pod may have begun with. */
    protected ClientUnderTest openSendingOnce(Onehop onehop, Setup setup) throws Exception {
        return open(onehop, setup);
    }

    /** Kills three of six pods, each while it answers somebody; no POST may have come to pods twice. */
    private Load killing(Load.Call call) throws Exception {
        var answering = new ConcurrentHashMap<LoopbackPod, AtomicInteger>();
        LoopbackPods all = pods(9);
        all.forEach(pod -> pod.answering(request -> {
            AtomicInteger here = answering.computeIfAbsent(pod, each -> new AtomicInteger());
            here.incrementAndGet();
            LockSupport.parkNanos(ANSWER.toNanos());
            here.decrementAndGet();
            return pod.echo(request);
        }));
        List<LoopbackPod> now = new ArrayList<>(all.all().subList(0, 6));
        published(now);
        Load load = closing(Load.untilStopped(CALLERS, call));
        load.awaitMore(20);
        for (int i = 0; i < 3; i++) {
            LoopbackPod killed = await().pollInterval(Duration.ofMillis(1))
                    .atMost(SOON)
                    .until(
                            () -> now.stream()
                                    .filter(pod -> answering.containsKey(pod)
                                            && answering.get(pod).get() > 0)
                                    .findAny(),
                            Optional::isPresent)
                    .orElseThrow();
            killed.kill();
            load.awaitMore(20);
            now.remove(killed);
            now.add(all.get(6 + i));
            published(now);
            load.awaitMore(20);
        }
        load.stop();
        assertThat(all.all().stream()
                        .flatMap(pod -> pod.requests().stream())
                        .filter(request -> request.method().equals("POST"))
                        .map(PodRequest::path))
                .doesNotHaveDuplicates();
        return load;
    }

    static void answered(ClientUnderTest client, String method, String path, @Nullable String body) throws IOException {
        Answer answer = client.send(method, URL + path, body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).startsWith(body == null ? "pod-" : body);
    }

    final void print(String row, String fault, String measured, Load load) {
        Figure.print(row, getClass().getSimpleName() + ", " + fault, measured, load.failures.size(), load.sent.get());
    }
}
