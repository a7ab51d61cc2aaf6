package dev.onehop.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchPathTest {

    private static final SearchPath POD = SearchPath.parse(List.of(
            "nameserver 10.96.0.10",
            "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example.",
            "options ndots:5 timeout:2"));

    @Test
    void aPodsSearchListTellsItsNamespaceAndTheClustersDomain() {
        assertThat(POD.namespace()).contains("shop");
        assertThat(POD.clusterDomain()).contains("cluster.local");
        assertThat(POD.ndots()).isEqualTo(5);
        assertThat(POD.domains())
                .containsExactly("shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "corp.example");
    }

    @Test
    void aSearchListWithoutAClusterTellsNeither() {
        var laptop = SearchPath.parse(List.of("search corp.example svc.example", "nameserver 192.0.2.1"));

        assertThat(laptop.namespace()).isEmpty();
        assertThat(laptop.clusterDomain()).isEmpty();
        assertThat(laptop.ndots()).isEqualTo(1);
    }

    @Test
    void shortNamesAreAskedThroughTheListAndThenAsTheyStand() {
        assertThat(POD.candidates("api"))
                .containsExactly(
                        "api.shop.svc.cluster.local",
                        "api.svc.cluster.local",
                        "api.cluster.local",
                        "api.corp.example",
                        "api");
    }

    @Test
    void aNameWithNdotsDotsIsAskedAsItStandsFirst() {
        assertThat(new SearchPath(List.of("corp.example"), 2).candidates("a.b.c"))
                .containsExactly("a.b.c", "a.b.c.corp.example");
        assertThat(new SearchPath(List.of("corp.example"), 3).candidates("a.b.c"))
                .containsExactly("a.b.c.corp.example", "a.b.c");
    }

    @Test
    void theLastOfSeveralSearchLinesCounts() {
        var path = SearchPath.parse(List.of("search one.example", "domain Two.Example", "# search three.example"));

        assertThat(path.domains()).containsExactly("two.example");
    }

    @Test
    void nonsenseInAFileIsSkipped() {
        var path = SearchPath.parse(List.of("", "   ", "search", "options", "options ndots:x ndots:99999999999", ";"));

        assertThat(path).isEqualTo(SearchPath.NONE);
        assertThat(SearchPath.parse(List.of("options ndots:40")).ndots()).isEqualTo(15);
    }

    @Test
    void whereThereIsNoFileThereIsNoList(@TempDir Path folder) throws Exception {
        assertThat(SearchPath.read(folder.resolve("none"))).isEqualTo(SearchPath.NONE);

        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n', 's'});
        assertThat(SearchPath.read(binary).namespace()).isEqualTo(Optional.empty());
    }
}
