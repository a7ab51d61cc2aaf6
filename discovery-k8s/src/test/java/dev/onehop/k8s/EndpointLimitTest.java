package dev.onehop.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.Endpoint;
import dev.onehop.service.EndpointSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EndpointLimitTest {

    @Test
    void s19_whatIsWithinTheLimitsStaysAsItIs() {
        List<EndpointSlice> most = slices(1_000, 10);

        assertThat(EndpointLimit.isExceeded(most)).isFalse();
        assertThat(EndpointLimit.apply(most)).isSameAs(most);
    }

    @Test
    void s19_ofTooManySlicesTheFirstThousandStay() {
        List<EndpointSlice> tooMany = slices(1_001, 1);

        assertThat(EndpointLimit.isExceeded(tooMany)).isTrue();
        assertThat(EndpointLimit.apply(tooMany)).isEqualTo(tooMany.subList(0, 1_000));
    }

    @Test
    void s19_theSliceThatReachesTheLimitKeepsItsFirstEndpoints() {
        List<EndpointSlice> tooMany = slices(4, 3_000);

        List<EndpointSlice> kept = EndpointLimit.apply(tooMany);

        assertThat(kept.subList(0, 3)).isEqualTo(tooMany.subList(0, 3));
        assertThat(kept.get(3).endpoints()).isEqualTo(tooMany.get(3).endpoints().subList(0, 1_000));
    }

    private static List<EndpointSlice> slices(int slices, int endpoints) {
        var all = new ArrayList<EndpointSlice>();
        for (int slice = 0; slice < slices; slice++) {
            String prefix = "10." + slice % 250 + ".";
            List<Endpoint> ready = IntStream.range(0, endpoints)
                    .mapToObj(i -> Endpoint.builder(prefix + i / 250 + "." + (i % 250 + 1))
                            .build())
                    .toList();
            all.add(EndpointSlice.of(ApiObjects.API, "s%04d".formatted(slice), List.of(), ready));
        }
        return all;
    }
}
