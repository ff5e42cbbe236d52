package dev.meshclient.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndpointListTest {
    private static dev.meshclient.policy.Endpoint stated(@Nullable String cluster, String address, int port) {
        return new dev.meshclient.policy.Endpoint(
                address, port, Locality.NONE, cluster, 1, Health.HEALTHY, Map.of(), null, null);
    }

    /** Each differs from another one in one part; "aw" and "c9" have equal hash codes. */
    private static final List<dev.meshclient.policy.Endpoint> ALIKE = List.of(
            stated(null, "10.0.0.1", 80),
            stated(null, "10.0.0.1", 81),
            stated("aw", "10.0.0.1", 80),
            stated("c9", "10.0.0.1", 80),
            stated(null, "aw", 80),
            stated(null, "c9", 80));

    private static EndpointList list(EndpointList before, List<dev.meshclient.policy.Endpoint> endpoints) {
        EndpointList.Next next = before.next();
        endpoints.forEach(endpoint -> next.add(endpoint, endpoint.address(), Cluster.NONE));
        return next.build();
    }

    private static EndpointHealth stateOf(EndpointList list, dev.meshclient.policy.Endpoint stated) {
        return list.endpoints().stream()
                .filter(endpoint -> endpoint.address().equals(stated.address())
                        && endpoint.port() == stated.port()
                        && endpoint.cluster().equals(stated.cluster() == null ? "" : stated.cluster()))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @Test
    void endpoints_that_differ_in_cluster_address_or_port_have_states_of_their_own() {
        EndpointList list = list(EndpointList.NONE, ALIKE);
        assertThat(list.endpoints()).extracting(Endpoint::state).doesNotHaveDuplicates();
    }

    @Test
    void endpoints_that_move_within_the_list_keep_their_states() {
        EndpointList before = list(EndpointList.NONE, ALIKE);
        List<dev.meshclient.policy.Endpoint> turned = new ArrayList<>(ALIKE);
        Collections.reverse(turned);
        EndpointList after = list(before, turned);
        for (dev.meshclient.policy.Endpoint endpoint : ALIKE) {
            assertThat(stateOf(after, endpoint)).as(endpoint.toString()).isSameAs(stateOf(before, endpoint));
        }
    }
}
