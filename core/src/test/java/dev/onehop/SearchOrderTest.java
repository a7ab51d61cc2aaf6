package dev.onehop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.ClientLocation;
import dev.onehop.service.SearchPath;
import dev.onehop.service.Service;
import dev.onehop.service.ServiceKey;
import dev.onehop.service.StaticDiscovery;
import dev.onehop.time.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dialled name means what the platform's resolver would find: hosts file, then the search list in its order. */
class SearchOrderTest {

    private static final SearchPath POD = SearchPath.ofPod("shop", "cluster.local");

    private final ManualTime time = new ManualTime();
    private final StaticDiscovery discovery = StaticDiscovery.create();
    private Onehop onehop = at(POD, Set.of());

    @AfterEach
    void close() {
        onehop.close();
    }

    @Test
    void theSearchListGivesTheNamespaceOfBareNames() {
        assertThat(meant("api")).contains("Service shop/api port 80");
        assertThat(onehop.balancer("api:80")).hasToString("Service shop/api port 80: 0 eligible");
    }

    @Test
    void theSearchListGivesTheClustersDomain() {
        onehop = at(SearchPath.ofPod("shop", "k8s.corp.example"), Set.of());

        assertThat(meant("api.billing.svc.k8s.corp.example")).contains("Service billing/api port 80");
        assertThat(meant("api.billing.svc.cluster.local")).isEmpty();
    }

    @Test
    void aConfiguredNamespaceStandsAboveTheSearchList() {
        onehop = Onehop.builder()
                .discovery(discovery)
                .namespace("billing")
                .platform(POD, Set.of())
                .meshDetection(false)
                .loop(time)
                .build();

        assertThat(meant("api")).contains("Service billing/api port 80");
    }

    @Test
    void theDiscoverysNamespaceStandsAboveTheSearchList() {
        onehop = Onehop.builder()
                .discovery(StaticDiscovery.create("billing", ClientLocation.unknown()))
                .platform(POD, Set.of())
                .meshDetection(false)
                .loop(time)
                .build();

        assertThat(meant("api")).contains("Service billing/api port 80");
    }

    @Test
    void withoutAPodsSearchListFullNamesAreOursAndBareOnesAreNot() {
        onehop = at(new SearchPath(List.of("corp.example"), 1), Set.of());

        assertThat(meant("api")).isEmpty();
        assertThat(meant("api.shop")).isEmpty();
        assertThat(meant("api.shop.svc")).contains("Service shop/api port 80");
        assertThat(meant("api.shop.svc.cluster.local")).contains("Service shop/api port 80");
    }

    @Test
    void aForeignDomainThatIsSearchedFirstKeepsTheName() {
        onehop = at(new SearchPath(List.of("corp.example", "shop.svc.cluster.local"), 5), Set.of());

        assertThat(meant("api")).isEmpty();
        assertThat(meant("api.shop")).isEmpty();
        assertThat(meant("api.shop.svc")).as("cluster.local is not searched").isEmpty();
        assertThat(meant("api.shop.svc.cluster.local")).contains("Service shop/api port 80");
    }

    @Test
    void aNameWithNdotsDotsIsThePublicOneFirst() {
        onehop = at(new SearchPath(POD.domains(), 1), Set.of());

        assertThat(meant("api")).contains("Service shop/api port 80");
        assertThat(meant("api.shop")).isEmpty();
        assertThat(meant("api.shop.svc")).as("svc is nobody's domain").contains("Service shop/api port 80");
        assertThat(meant("api.shop.svc.cluster.local")).contains("Service shop/api port 80");
    }

    @Test
    void aNameOfTheHostsFileIsThePlatforms() {
        onehop = at(POD, Set.of("api", "db.shop"));

        assertThat(meant("API")).isEmpty();
        assertThat(meant("db.shop")).isEmpty();
        assertThat(meant("api.shop")).contains("Service shop/api port 80");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web-0.db.shop",
                "web-0.db.shop.svc",
                "web-0.db.shop.svc.cluster.local",
                "_http._tcp.api.shop.svc",
                "10-1-0-11.shop.pod.cluster.local",
                "shop.svc.cluster.local",
                "svc.cluster.local",
                "api.",
                "api.shop.svc.",
                "10.1",
                "7",
                "0x7f.1",
                "api.localhost",
                "api..shop",
                "..",
                "."
            })
    void namesOfPodsAndOfNothingAreLeftAlone(String host) {
        assertThat(meant(host)).isEmpty();
    }

    @Test
    void aPodOfAHeadlessServiceOfOurOwnComesBeforeAServiceInANamespaceOfThatName() {
        discovery.set(Service.builder("db", "web")
                .clusterIp("10.96.0.20")
                .port("", 80)
                .build());
        onehop.balancer("other.db:80"); // so that the namespace db is known
        assertThat(meant("web.db")).contains("Service db/web port 80");

        discovery.set(Service.builder("shop", "db").clusterIp("None").build());
        time.advance(Duration.ofSeconds(31));
        assertThat(meant("web.db")).isEmpty();
        assertThat(meant("web.db.svc")).contains("Service db/web port 80");

        discovery.remove(new ServiceKey("shop", "db"));
        time.run();
        assertThat(meant("web.db")).contains("Service db/web port 80");
    }

    @Test
    void publicNamesAreAskedOfNobody() {
        var asked = new AskedFor(discovery);
        onehop = Onehop.builder()
                .discovery(asked)
                .platform(POD, Set.of())
                .meshDetection(false)
                .loop(time)
                .build();

        List.of("example.com", "api.dev", "www.example.com", "a.b.c.d.example.com", "api.svc", "10.96.0.10", "[::1]")
                .forEach(host -> assertThat(meant(host)).isEmpty());
        assertThat(asked.services()).isEmpty();

        assertThat(meant("api.shop")).isPresent();
        assertThat(asked.services()).contains(new ServiceKey("shop", "api"));
    }

    @Test
    void aServiceThatIsNotThereToBeHeadlessIsNotFollowed() {
        var asked = new AskedFor(discovery);
        onehop = Onehop.builder()
                .discovery(asked)
                .platform(POD, Set.of())
                .meshDetection(false)
                .loop(time)
                .build();
        discovery.set(Service.builder("shop", "api")
                .clusterIp("10.96.0.20")
                .port("", 80)
                .build());

        for (int i = 0; i < 10; i++) {
            assertThat(meant("api.shop")).isPresent();
        }
        assertThat(asked.services()).containsOnlyOnce(new ServiceKey("shop", "shop"));
        assertThat(asked.open(new ServiceKey("shop", "shop"))).isZero();

        discovery.set(Service.builder("shop", "shop").clusterIp("None").build());
        time.advance(Duration.ofSeconds(31));
        assertThat(meant("api.shop")).as("now it is there").isEmpty();
    }

    private Onehop at(SearchPath path, Set<String> hostsFile) {
        return Onehop.builder()
                .discovery(discovery)
                .platform(path, hostsFile)
                .meshDetection(false)
                .loop(time)
                .build();
    }

    private Optional<String> meant(String host) {
        return onehop.forHost(host, 80).map(balancer -> balancer.toString().replaceFirst(":.*", ""));
    }
}
