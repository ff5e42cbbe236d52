package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Failover;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrioritiesTest {
    private final List<Endpoint> endpoints = new ArrayList<>();
    private Locality own = new Locality("eu", "a", "");
    private Map<String, String> ownLabels = Map.of();

    private static Locality locality(String text) {
        Places places = Places.of(text);
        return new Locality(places.region(), places.zone(), places.subzone());
    }

    private void add(String name, String locality, int cluster, Map<String, String> labels) {
        endpoints.add(Endpoints.of(name, locality(locality), "c" + cluster, labels, cluster, 1, Health.HEALTHY));
    }

    private void add(String... localities) {
        for (String locality : localities) {
            add(locality, locality, 0, Map.of());
        }
    }

    private List<Plan.Priority> priorities(LocalityLbSetting setting) {
        return Priorities.of(endpoints, new Balance.Origin(own, ownLabels, Map.of()), setting);
    }

    /** Names, a priority in brackets. */
    private String order(LocalityLbSetting setting) {
        return priorities(setting).stream()
                .map(p -> p.endpoints().stream().map(Endpoint::address).collect(Collectors.joining(" ", "[", "]")))
                .collect(Collectors.joining());
    }

    private static LocalityLbSetting failover(String... fromTo) {
        return new LocalityLbSetting(
                List.of(),
                IntStream.range(0, fromTo.length / 2)
                        .mapToObj(i -> new Failover(fromTo[2 * i], fromTo[2 * i + 1]))
                        .toList(),
                List.of());
    }

    private static LocalityLbSetting labels(String... labels) {
        return new LocalityLbSetting(List.of(), List.of(), List.of(labels));
    }

    private static LocalityLbSetting distribute(List<Failover> failover, String from, String... to) {
        Map<Places, Integer> shares = new LinkedHashMap<>();
        for (String place : to) {
            shares.put(Places.of(place), 100 / to.length);
        }
        return new LocalityLbSetting(List.of(new Distribute(Places.of(from), shares)), failover, List.of());
    }

    @Test
    void our_region_comes_before_all_others_together() {
        add("us/a", "eu/b", "ap/a", "eu/a");
        assertThat(order(LocalityLbSetting.NONE)).isEqualTo("[eu/b eu/a][us/a ap/a]");
        assertThat(priorities(LocalityLbSetting.NONE))
                .extracting(Plan.Priority::ours)
                .containsExactly(true, false);
    }

    @Test
    void the_regions_of_failover_follow_in_their_order_and_then_the_rest() {
        add("us/a", "eu/a", "ap/a", "sa/a", "af/a", "ap/b");
        assertThat(order(failover("eu", "ap", "us", "eu", "eu", "sa"))).isEqualTo("[eu/a][ap/a ap/b][sa/a][us/a af/a]");
        // Nobody is in atlantis, and nothing follows of what other regions fail over to.
        assertThat(order(failover("eu", "atlantis", "eu", "ap", "ap", "sa")))
                .isEqualTo("[eu/a][ap/a ap/b][us/a sa/a af/a]");
        own = Locality.NONE;
        assertThat(order(failover("eu", "ap"))).isEqualTo("[us/a eu/a ap/a sa/a af/a ap/b]");
    }

    @Test
    void a_cluster_with_a_lower_number_comes_before_all_regions_of_the_others() {
        add("west-us", "us/a", 0, Map.of());
        add("east-eu", "eu/a", 1, Map.of());
        add("west-eu", "eu/a", 0, Map.of());
        add("east-ap", "ap/a", 1, Map.of());
        add("east-us", "us/a", 1, Map.of());
        assertThat(order(failover("eu", "us"))).isEqualTo("[west-eu][west-us][east-eu][east-us][east-ap]");
        assertThat(order(labels("topology.kubernetes.io/region")))
                .isEqualTo("[west-eu][west-us][east-eu][east-ap east-us]");
    }

    /**
     * Istio's rule: an endpoint that matches the first n labels of N is of priority N − n. Of ours: network n1, version v1.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "network | [n1v1 n1v2 n1][n2v1 n2v2 v1 none]",
                "network version | [n1v1][n1v2 n1][n2v1 n2v2 v1 none]",
                "version network | [n1v1][n2v1 v1][n1v2 n2v2 n1 none]",
                "version=v2 network | [n1v2][n2v2][n1v1 n2v1 n1 v1 none]",
                "absent | [n1v1 n1v2 n2v1 n2v2 n1 v1 none]",
                "version= | [n1 none][n1v1 n1v2 n2v1 n2v2 v1]",
            })
    void n_labels_make_n_and_one_priorities(String stated, String order) {
        ownLabels = Map.of("network", "n1", "version", "v1");
        add("n1v1", "us/a", 0, Map.of("network", "n1", "version", "v1"));
        add("n1v2", "us/a", 0, Map.of("network", "n1", "version", "v2"));
        add("n2v1", "eu/a", 0, Map.of("network", "n2", "version", "v1"));
        add("n2v2", "eu/b", 0, Map.of("network", "n2", "version", "v2"));
        add("n1", "eu/a", 0, Map.of("network", "n1"));
        add("v1", "eu/a", 0, Map.of("version", "v1"));
        add("none", "eu/a", 0, Map.of());
        assertThat(order(labels(stated.split(" ")))).isEqualTo(order);
        assertThat(priorities(labels(stated.split(" "))))
                .as("zones do not count")
                .noneMatch(Plan.Priority::ours);
    }

    /** Istio's applyFailoverPriorityPerLocality: endpoints of other networks come last, and the other labels order them too. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topology.istio.io/network | [n1v1 n1v2][n2v1 n2v2]",
                "topology.istio.io/network version | [n1v1][n1v2][n2v1][n2v2]",
                "topology.istio.io/network version topology.kubernetes.io/region"
                        + " | [n1v1][n1v2][n2v1][n2v2]", // n2v1 lacks the region, too
                "topology.istio.io/network=n1 version | [n1v1][n1v2][n2v1 n2v2]",
                "version topology.istio.io/network | [n1v1][n2v1][n1v2 n2v2]",
            })
    void if_the_network_is_the_first_label_matching_goes_on_in_other_networks(String stated, String order) {
        own = new Locality("us", "a", "");
        ownLabels = Map.of("topology.istio.io/network", "n1", "version", "v1");
        add("n1v1", "us/a", 0, Map.of("topology.istio.io/network", "n1", "version", "v1"));
        add("n1v2", "us/a", 0, Map.of("topology.istio.io/network", "n1", "version", "v2"));
        add("n2v1", "eu/a", 0, Map.of("topology.istio.io/network", "n2", "version", "v1"));
        add("n2v2", "us/a", 0, Map.of("topology.istio.io/network", "n2", "version", "v2"));
        assertThat(order(labels(stated.split(" ")))).isEqualTo(order);
    }

    @Test
    void labels_of_topology_are_known_unless_they_are_stated() {
        own = new Locality("eu", "a", "1");
        add("eu/a/1", "eu/a/2", "eu/b/1", "us/a/1");
        String[] topology = {"topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"
        };
        assertThat(order(labels(topology))).isEqualTo("[eu/a/1][eu/a/2][eu/b/1][us/a/1]");
        add("moved", "eu/a/1", 0, Map.of("topology.kubernetes.io/region", "us"));
        assertThat(order(labels(topology))).isEqualTo("[eu/a/1][eu/a/2][eu/b/1][us/a/1 moved]");
        ownLabels = Map.of("topology.istio.io/cluster", "c0");
        add("other", "eu/a/1", 0, Map.of("topology.istio.io/cluster", "c9"));
        assertThat(order(labels("topology.istio.io/cluster"))).isEqualTo("[eu/a/1 eu/a/2 eu/b/1 us/a/1 moved][other]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | eu/a | [eu/a/1 eu/a/2]",
                "eu | eu/* | [eu/a/1 eu/a/2 eu/b/1]",
                "eu/* | us | [us/a/1]",
                "eu/a | eu/a/2 eu/b | [eu/a/2 eu/b/1]",
                "eu/a/* | us/* ap/a/1 | [us/a/1 ap/a/1]",
                "eu/b | us | [eu/a/1 eu/a/2 eu/b/1][us/a/1 ap/a/1]",
                "us | us | [eu/a/1 eu/a/2 eu/b/1][us/a/1 ap/a/1]",
                "eu | atlantis | ''",
            },
            emptyValue = "")
    void what_distribute_does_not_list_gets_nothing(String from, String to, String order) {
        add("eu/a/1", "eu/a/2", "eu/b/1", "us/a/1", "ap/a/1");
        assertThat(order(distribute(List.of(), from, to.split(" ")))).isEqualTo(order.replace("''", ""));
    }

    @Test
    void with_failover_it_comes_after_what_distribute_lists() {
        add("eu/a", "eu/b", "eu/c", "us/a", "ap/a", "sa/a");
        LocalityLbSetting both = distribute(List.of(new Failover("eu", "ap")), "eu/a", "eu/a", "eu/b");
        assertThat(order(both)).isEqualTo("[eu/a eu/b][eu/c][ap/a][us/a sa/a]");
        assertThat(priorities(both)).extracting(p -> p.shares().size()).containsExactly(2, 0, 0, 0);
        assertThat(priorities(both)).extracting(Plan.Priority::ours).containsExactly(false, true, false, false);
    }
}
