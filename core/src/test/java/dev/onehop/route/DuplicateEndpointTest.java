package dev.onehop.route;

import static dev.onehop.route.Given.API;
import static dev.onehop.route.Given.HTTP;
import static dev.onehop.route.Given.built;
import static dev.onehop.route.Given.done;
import static dev.onehop.route.Given.excluded;
import static dev.onehop.route.Given.notReady;
import static dev.onehop.route.Given.ready;
import static dev.onehop.route.Given.service;
import static dev.onehop.route.Given.terminating;
import static dev.onehop.route.Given.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.service.EndpointBuilder;
import dev.onehop.service.EndpointSlice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One address and port, several endpoints: R15. The pods' uids tell who won. */
class DuplicateEndpointTest {

    private static final String IP = "10.0.0.1";

    @Test
    void r15_runningBeatsTerminatingInEitherOrder() {
        assertThat(winner(ready(IP), terminating(IP))).isEqualTo("1 of api-0");
        assertThat(winner(terminating(IP), ready(IP))).isEqualTo("2 of api-0");
    }

    @Test
    void r15_runningBeatsTerminatingAcrossSlicesInEitherOrder() {
        assertThat(winnerOfSlices(List.of(ready(IP)), List.of(terminating(IP)))).isEqualTo("1 of api-0");
        assertThat(winnerOfSlices(List.of(terminating(IP)), List.of(ready(IP)))).isEqualTo("1 of api-1");
    }

    @Test
    void r15_ofTerminatingOnesTheFirstStays() {
        assertThat(winner(terminating(IP), terminating(IP), terminating(IP))).isEqualTo("1 of api-0");
        assertThat(winnerOfSlices(List.of(terminating(IP)), List.of(terminating(IP))))
                .isEqualTo("1 of api-0");
    }

    @Test
    void r15_ofTerminatingOnesTheFirstStaysEvenIfItNoLongerServes() {
        Route route = service()
                .slice(done(IP).pod("p", "1"), terminating(IP).pod("p", "2"))
                .route();

        assertThat(verdict(route)).isEqualTo("Reject NONE_USABLE R25");
    }

    @Test
    void r15_inASliceTheLastRunningOneWins() {
        assertThat(winner(ready(IP), ready(IP), ready(IP), terminating(IP))).isEqualTo("3 of api-0");
    }

    @Test
    void r15_whoLosesIsTheOneReportedInEitherOrder() {
        Route newcomerWins = service()
                .slice(terminating(IP).pod("p", "old"), ready(IP).pod("p", "new"))
                .route();
        Route newcomerLoses = service()
                .slice(ready(IP).pod("p", "new"), terminating(IP).pod("p", "old"))
                .route();

        assertThat(newcomerWins.excluded())
                .extracting(loser -> loser.endpoint().podUid())
                .containsExactly("old");
        assertThat(newcomerLoses.excluded())
                .extracting(loser -> loser.endpoint().podUid())
                .containsExactly("old");
    }

    @Test
    void r15_inASliceALaterOneThatIsNotReadyReplacesAReadyOne() {
        Route route = service().slice(ready(IP), notReady(IP)).route();

        assertThat(verdict(route)).isEqualTo("Reject NONE_USABLE R25");
        assertThat(excluded(route)).containsExactly(IP + " DUPLICATE", IP + " NOT_READY");
    }

    @Test
    void r15_oneThatIsNotReadyAndNotTerminatingReplacesAServingTerminatingOne() {
        Route inASlice = service().slice(terminating(IP), notReady(IP)).route();
        Route across = service().slice(terminating(IP)).slice(notReady(IP)).route();

        assertThat(verdict(inASlice)).isEqualTo("Reject NONE_USABLE R25");
        assertThat(verdict(across)).isEqualTo("Reject NONE_USABLE R25");
    }

    @Test
    void r15_acrossSlicesAReadyOneIsPreferredToOneThatIsNot() {
        assertThat(winnerOfSlices(List.of(ready(IP)), List.of(notReady(IP)))).isEqualTo("1 of api-0");
        assertThat(winnerOfSlices(List.of(notReady(IP)), List.of(ready(IP)))).isEqualTo("1 of api-1");
    }

    @Test
    void r15_acrossSlicesEachSlicesOwnWinnerCounts() {
        assertThat(winnerOfSlices(List.of(ready(IP)), List.of(ready(IP), notReady(IP))))
                .isEqualTo("1 of api-0");
        assertThat(winnerOfSlices(List.of(notReady(IP)), List.of(ready(IP), notReady(IP)), List.of(ready(IP))))
                .isEqualTo("1 of api-2");
    }

    @Test
    void r15_ofReadyOnesAcrossSlicesTheFirstByNameWins() {
        assertThat(winnerOfSlices(List.of(ready(IP)), List.of(ready(IP)), List.of(ready(IP))))
                .isEqualTo("1 of api-0");
    }

    @Test
    void r15_aReadyOneThatIsTerminatingGivesWayLikeAnyTerminatingOne() {
        assertThat(winner(ready(IP).conditions(true, true, true), ready(IP))).isEqualTo("2 of api-0");
    }

    @Test
    void r15_theKeyIsAddressAndPortNotThePod() {
        Route route = service()
                .slice(ready(IP).pod("old", "uid-1"), ready("010.0.0.1").pod("new", "uid-2"))
                .route();

        assertThat(((Route.Backends) route).endpoints())
                .extracting(endpoint -> endpoint.key().podUid())
                .containsExactly("uid-2");
        assertThat(route.counts().ready()).isEqualTo(1);
    }

    /** The given endpoints in one slice, numbered from 1: who is the backend. */
    private static String winner(EndpointBuilder... endpoints) {
        return winnerOfSlices(List.of(endpoints));
    }

    @SafeVarargs
    private static String winnerOfSlices(List<EndpointBuilder>... slices) {
        Given given = service();
        var reversed = new ArrayList<EndpointSlice>();
        int total = 0;
        for (int s = 0; s < slices.length; s++) {
            EndpointBuilder[] numbered = slices[s].toArray(EndpointBuilder[]::new);
            for (int i = 0; i < numbered.length; i++) {
                numbered[i].pod("pod", String.valueOf(i + 1));
                total++;
            }
            EndpointSlice slice = EndpointSlice.of(API, "api-" + s, List.of(HTTP), built(numbered));
            given.slice(slice);
            reversed.add(0, slice);
        }
        Given backwards = service();
        reversed.forEach(backwards::slice);

        Route route = given.route();
        assertThat(backwards.route()).isEqualTo(route);
        assertThat(excluded(route)).hasSize(total - 1).containsOnly(IP + " DUPLICATE");
        RoutedEndpoint winner = ((Route.Backends) route).endpoints().get(0);
        return winner.key().podUid() + " of " + winner.slice();
    }
}
