package dev.meshclient.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import dev.meshclient.Documents;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.ConnectionTimeouts;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CombinationTest {
    private List<String> conflicts = List.of();
    private Map<String, RefusedService> refused = Map.of();

    private static MeshPolicy policy(String metadata, String head, String services) {
        try {
            return Documents.mesh("test")
                    .metadata(metadata)
                    .with(head)
                    .services(services)
                    .readStrict()
                    .policy();
        } catch (PolicyException e) {
            throw new AssertionError(e);
        }
    }

    private static MeshPolicy services(String services) {
        return policy("", "", services);
    }

    private MeshPolicy combined(Combination.Kind kind, @Nullable MeshPolicy first, @Nullable MeshPolicy second) {
        try {
            Combination.Combined combined = Combination.of(kind, document(first), document(second), false);
            conflicts = combined.conflicts();
            refused = combined.document().refused();
            return combined.document().policy();
        } catch (PolicyException e) {
            throw new AssertionError(e);
        }
    }

    private static @Nullable PolicyDocument document(@Nullable MeshPolicy policy) throws PolicyException {
        return policy == null ? null : PolicyDocument.of(policy);
    }

    private MeshPolicy merged(@Nullable MeshPolicy first, @Nullable MeshPolicy second) {
        return combined(Combination.Kind.MERGE, first, second);
    }

    private MeshPolicy overlaid(@Nullable MeshPolicy top, @Nullable MeshPolicy base) {
        return combined(Combination.Kind.OVERLAY, top, base);
    }

    private static Service service(MeshPolicy policy, String name) {
        return Objects.requireNonNull(policy.services().get(name), name);
    }

    private static List<String> places(MeshPolicy policy, String service) {
        return service(policy, service).endpoints().stream()
                .map(e -> e.cluster() + " " + e.address() + ":" + e.port() + " " + e.weight())
                .toList();
    }

    @Test
    void merge_unites_endpoints_by_cluster_address_and_port_and_the_first_one_wins() {
        MeshPolicy merged = merged(services("""
                        "orders": {"hosts": ["orders"], "endpoints": [
                          {"address": "10.0.0.1", "port": 80, "weight": 1}, {"address": "vm", "port": 80, "weight": 2}]}
                        """), services("""
                        "orders": {"hosts": ["orders", "orders.prod"], "endpoints": [
                          {"address": "10.0.0.1", "port": 80, "weight": 3}, {"address": "VM", "port": 80, "weight": 4},
                          {"address": "10.0.0.1", "port": 81, "weight": 5},
                          {"address": "10.0.0.1", "port": 80, "cluster": "west", "weight": 6}]}
                        """));
        assertThat(places(merged, "orders"))
                .containsExactly("null 10.0.0.1:80 1", "null vm:80 2", "null 10.0.0.1:81 5", "west 10.0.0.1:80 6");
        assertThat(service(merged, "orders").hosts()).containsExactly("orders");
    }

    @Test
    void merge_leaves_everything_else_of_a_service_to_the_first_that_has_it() {
        MeshPolicy merged = merged(services("'a': {'hosts': ['a'], 'timeouts': {'request': '1s'}}"), services("""
                        "a": {"hosts": ["a"], "appProtocol": "https", "timeouts": {"idle": "9s"},
                              "subsets": [{"name": "v1", "labels": {}}],
                              "rules": [{"name": "r", "backendRefs": [{"name": "a"}]}]},
                        "b": {"hosts": ["b"], "timeouts": {"idle": "7s"}}
                        """));
        Service a = service(merged, "a");
        assertThat(a.settings().route().timeouts().request()).isEqualTo(Duration.ofSeconds(1));
        assertThat(a.settings().backend().timeouts().idle()).isNull();
        assertThat(a.rules()).isEmpty();
        assertThat(a.subsets()).isEmpty();
        assertThat(service(merged, "b").settings().backend().timeouts().idle()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void merge_applies_the_defaults_of_a_document_to_its_own_services_only() {
        MeshPolicy merged = merged(
                policy("", "'defaults': {'timeouts': {'request': '1s'}}", "'a': {'hosts': ['a']}"),
                policy("", "'defaults': {'timeouts': {'idle': '2s'}}", "'b': {'hosts': ['b']}"));
        assertThat(merged.defaults()).isEqualTo(Settings.NONE);
        assertThat(service(merged, "a").settings().route().timeouts().request()).isEqualTo(Duration.ofSeconds(1));
        assertThat(service(merged, "a").settings().backend().timeouts().idle()).isNull();
        assertThat(service(merged, "b").settings().route().timeouts().request()).isNull();
        assertThat(service(merged, "b").settings().backend().timeouts().idle()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void a_service_that_takes_its_endpoints_from_the_request_gets_none() {
        MeshPolicy merged = merged(
                services("'a': {'hosts': ['a'], 'resolution': 'NONE'}"),
                services("'a': {'hosts': ['a'], 'endpoints': [{'address': '10.0.0.1', 'port': 80}]}"));
        assertThat(service(merged, "a").endpoints()).isEmpty();
    }

    @Test
    void a_host_has_one_owner_and_the_loser_is_named() {
        MeshPolicy one = services("'a': {'hosts': ['shop']}");
        MeshPolicy other = services("'b': {'hosts': ['shop', 'b']}");
        for (Combination.Kind kind : Combination.Kind.values()) {
            MeshPolicy combined = combined(kind, one, other);
            assertThat(service(combined, "a").hosts()).containsExactly("shop");
            assertThat(service(combined, "b").hosts()).containsExactly("b");
            assertThat(conflicts).containsExactly("'shop' belongs to service a, not to b");
        }
    }

    @Test
    void the_head_names_both_revisions_and_has_no_version() {
        MeshPolicy one = policy("'epoch': 'e', 'version': 7, 'ttl': '2h'", "", "");
        MeshPolicy other = policy("'version': 3, 'ttl': '1h', 'generated': '2026-11-22T18:00:00Z'", "", "");
        MeshPolicy merged = merged(one, other);
        assertThat(merged.metadata().epoch()).isEqualTo("e/7 + version 3");
        assertThat(merged.metadata().version()).isNull();
        assertThat(merged.metadata().ttl()).isEqualTo(Duration.ofHours(1));
        assertThat(merged.metadata().generated()).isNotNull();
        assertThat(merged(one, null).metadata().epoch()).isEqualTo("e/7 + none");
        assertThat(merged(null, other).metadata().epoch()).isEqualTo("none + version 3");
        assertThat(merged(null, other).metadata().mesh()).isEqualTo("test");
    }

    @Test
    void the_stricter_of_both_rules_what_is_not_in_the_mesh() {
        MeshPolicy strict = policy("", "'outboundTrafficPolicy': 'REGISTRY_ONLY'", "");
        assertThat(merged(strict, services("")).outboundTrafficPolicy()).isEqualTo(OutboundTrafficPolicy.REGISTRY_ONLY);
        assertThat(overlaid(services(""), strict).outboundTrafficPolicy())
                .isEqualTo(OutboundTrafficPolicy.REGISTRY_ONLY);
        assertThat(merged(services(""), services("")).outboundTrafficPolicy())
                .isEqualTo(OutboundTrafficPolicy.ALLOW_ANY);
    }

    @Test
    void clusters_are_united_by_name() {
        MeshPolicy merged = merged(
                policy("", "'clusters': [{'name': 'west', 'priority': 1}]", ""),
                policy("", "'clusters': [{'name': 'west', 'priority': 5}, {'name': 'east'}]", ""));
        assertThat(merged.clusters())
                .extracting(c -> c.name() + " " + c.priority())
                .containsExactly("west 1", "east 0");
    }

    @Test
    void overlay_wins_setting_by_setting_and_adds_no_endpoints() {
        MeshPolicy overlaid = overlaid(
                policy("", "'defaults': {'timeouts': {'idle': '1s'}}", """
                        "a": {"hosts": ["a"], "timeouts": {"request": "2s"},
                              "subsets": [{"name": "v1", "labels": {"version": "1"}}]}
                        """),
                policy("", "'defaults': {'timeouts': {'idle': '3s', 'connect': '4s'}}", """
                        "a": {"hosts": ["a", "a.prod"], "appProtocol": "https",
                              "timeouts": {"request": "5s", "backendRequest": "6s"},
                              "endpoints": [{"address": "10.0.0.1", "port": 80}],
                              "subsets": [{"name": "v1", "labels": {}}, {"name": "v2", "labels": {}}],
                              "rules": [{"name": "r", "backendRefs": [{"name": "a", "subset": "v2"}]}]},
                        "b": {"hosts": ["b"]}
                        """));
        Service a = service(overlaid, "a");
        assertThat(a.settings().route().timeouts().request()).isEqualTo(Duration.ofSeconds(2));
        assertThat(a.settings().route().timeouts().backendRequest()).isEqualTo(Duration.ofSeconds(6));
        assertThat(overlaid.defaults().backend().timeouts().idle()).isEqualTo(Duration.ofSeconds(1));
        assertThat(overlaid.defaults().backend().timeouts().connect()).isEqualTo(Duration.ofSeconds(4));
        assertThat(a.hosts()).containsExactly("a", "a.prod");
        assertThat(a.endpoints()).extracting(Endpoint::address).containsExactly("10.0.0.1");
        assertThat(a.appProtocol().word()).isEqualTo("https");
        assertThat(a.rules()).hasSize(1);
        assertThat(a.subsets()).extracting(Subset::name).containsExactly("v1", "v2");
        assertThat(a.subsets().get(0).labels()).containsEntry("version", "1");
        assertThat(overlaid.services()).containsOnlyKeys("a", "b");
    }

    @Test
    void an_overlay_that_lists_endpoints_has_only_those() {
        MeshPolicy overlaid = overlaid(
                services("'a': {'hosts': ['a'], 'endpoints': [{'address': '127.0.0.1', 'port': 1}]}"), services("""
                        "a": {"hosts": ["a"], "appProtocol": "https",
                              "endpoints": [{"address": "10.0.0.1", "port": 80}]}
                        """));
        assertThat(places(overlaid, "a")).containsExactly("null 127.0.0.1:1 1");
        assertThat(service(overlaid, "a").appProtocol().word()).isEqualTo("http");
    }

    @Test
    void an_overlay_removes_and_brings_back() {
        MeshPolicy has = services("'a': {'hosts': ['a']}");
        MeshPolicy removes = services("'a': null");
        assertThat(overlaid(removes, has).services()).isEmpty();
        assertThat(overlaid(removes, has).removed()).containsExactly("a");
        assertThat(overlaid(has, removes).services()).containsOnlyKeys("a");
        assertThat(overlaid(has, removes).removed()).isEmpty();
        assertThat(merged(removes, has).services()).containsOnlyKeys("a");
    }

    private List<String> refusals(String service) {
        return Objects.requireNonNull(refused.get(service), service).problems().stream()
                .map(PolicyProblem::toString)
                .toList();
    }

    @Test
    void merge_does_not_refuse_a_service_for_defaults_that_have_no_effect_on_it() {
        MeshPolicy merged = merged(policy("", """
                        "trustDomain": "a.example",
                        "defaults": {"loadBalancer": {"simple": "RANDOM"}, "outlierDetection": {"consecutive5xxErrors": 3},
                                     "failoverMode": "SPILL", "trafficDistribution": "PreferSameZone",
                                     "serviceAccount": "ns/prod/sa/{service}", "timeouts": {"idle": "1s"}}
                        """, """
                        "a": {"hosts": ["a"], "resolution": "NONE"}, "b b": {"hosts": ["b"]}
                        """), services("'c': {'hosts': ['c']}"));
        assertThat(refused).isEmpty();
        BackendSettings a = service(merged, "a").settings().backend();
        assertThat(a)
                .isEqualTo(BackendSettings.builder()
                        .timeouts(new ConnectionTimeouts(null, Duration.ofSeconds(1)))
                        .build());
        assertThat(service(merged, "b b").settings().backend().serviceAccount()).isNull();
    }

    @Test
    void a_rule_whose_subset_the_owner_of_the_service_does_not_have_is_refused() {
        MeshPolicy merged = merged(services("'orders': {'hosts': ['orders']}"), services("""
                "orders": {"hosts": ["orders"], "subsets": [{"name": "v2", "labels": {}}]},
                "shop": {"hosts": ["shop"], "rules": [{"backendRefs": [{"name": "orders", "subset": "v2"}]}]}
                """));
        assertThat(merged.services()).containsOnlyKeys("orders");
        assertThat(refusals("shop"))
                .containsExactly(
                        "services.shop.rules[0].backendRefs[0].subset: \"v2\" (legal: a subset of the service orders)");
    }

    @Test
    void a_rule_of_the_base_that_needs_a_service_the_overlay_removes_is_refused() {
        MeshPolicy overlaid = overlaid(services("'orders': null"), services("""
                "orders": {"hosts": ["orders"]}, "b": {"hosts": ["b"]},
                "shop": {"hosts": ["shop"], "rules": [{"backendRefs": [{"name": "orders"}]}]}
                """));
        assertThat(overlaid.services()).containsOnlyKeys("b");
        assertThat(refusals("shop"))
                .containsExactly(
                        "services.shop.rules[0].backendRefs[0].name: \"orders\" (legal: a service of this document)");
    }

    @Test
    void settings_over_a_service_without_endpoints_are_refused_if_they_need_them() {
        MeshPolicy base =
                services("'a': {'hosts': ['a'], 'resolution': 'NONE'}, 'b': {'hosts': ['b'], 'resolution': 'NONE'}");
        overlaid(policy("", "'trustDomain': 'a.example'", """
                        "a": {"hosts": ["a"], "loadBalancer": {"simple": "RANDOM"}},
                        "b": {"hosts": ["b"], "timeouts": {"request": "1s"}}
                        """), base);
        assertThat(refused).containsOnlyKeys("a");
        assertThat(refusals("a").get(0)).startsWith("services.a.loadBalancer: ");
    }

    @Test
    void mutual_tls_over_services_whose_identity_no_document_states_is_refused() {
        MeshPolicy tls = policy("", "'defaults': {'tls': {'mode': 'MESH_MUTUAL'}}", "");
        overlaid(tls, services("'a': {'hosts': ['a']}"));
        assertThat(refusals("a").get(0)).startsWith("services.a.serviceAccount: not stated");
        MeshPolicy overlaid = overlaid(tls, policy("", "'trustDomain': 'a.example'", "'a': {'hosts': ['a']}"));
        assertThat(service(overlaid, "a").settings().backend().serviceAccount()).isEqualTo("spiffe://a.example/a");
        assertThat(refused).isEmpty();
    }

    private static PolicyDocument lenient(String services) throws PolicyException {
        return Documents.mesh("test").services(services).read();
    }

    private Map<String, RefusedService> refused(Combination.Kind kind, String first, String second)
            throws PolicyException {
        PolicyDocument combined =
                Combination.of(kind, lenient(first), lenient(second), false).document();
        assertThat(combined.policy().services())
                .doesNotContainKeys(combined.refused().keySet().toArray(String[]::new));
        refused = combined.refused();
        return refused;
    }

    private static final String REFUSED =
            "'a': {'hosts': ['a', 'a.x'], 'timeouts': {'request': 'soon'}, 'endpoints': [{'address': 'h', 'port': 1}]}";
    private static final String LISTED = "'a': {'hosts': ['a', 'a.y'], 'endpoints': [{'address': 'i', 'port': 2}]}";

    /** The rest of it would be without the TLS, the authorization or the endpoints of the refused part. */
    @ParameterizedTest
    @EnumSource
    void a_service_that_one_document_refuses_is_refused(Combination.Kind kind) throws PolicyException {
        for (List<String> documents : List.of(List.of(REFUSED, LISTED), List.of(LISTED, REFUSED))) {
            assertThat(refused(kind, documents.get(0), documents.get(1))).containsOnlyKeys("a");
            assertThat(refusals("a")).hasSize(1).first(STRING).startsWith("services.a.timeouts.request: ");
        }
        refused(kind, REFUSED, "'a': {'hosts': ['a'], 'limits': {'maxRequests': -1}}");
        assertThat(refusals("a")).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void all_hosts_of_a_refused_service_stay_its_own(Combination.Kind kind) throws PolicyException {
        assertThat(refused(kind, LISTED, REFUSED).get("a"))
                .extracting(RefusedService::hosts, list(String.class))
                .containsExactlyInAnyOrder("a", "a.x", "a.y");
        Combination.Combined combined =
                Combination.of(kind, lenient(REFUSED), lenient("'b': {'hosts': ['b', 'a.x']}"), false);
        assertThat(service(combined.document().policy(), "b").hosts()).containsExactly("b");
        assertThat(combined.conflicts()).containsExactly("'a.x' belongs to service a, not to b");
    }

    /** As in a document alone: a host that a good service lists belongs to it. */
    @ParameterizedTest
    @EnumSource
    void a_good_service_keeps_the_host_that_a_refused_one_of_its_document_lists(Combination.Kind kind)
            throws PolicyException {
        String second = "'a': {'hosts': ['http://shop/']}, 'd': {'hosts': ['shop', 'd']}";
        assertThat(lenient(second).policy().services()).containsOnlyKeys("d");
        assertThat(Objects.requireNonNull(lenient(second).refused().get("a")).hosts())
                .contains("shop");
        Combination.Combined combined = Combination.of(kind, lenient("'x': {'hosts': ['x']}"), lenient(second), false);
        assertThat(service(combined.document().policy(), "d").hosts()).containsExactly("shop", "d");
        assertThat(combined.conflicts()).isEmpty();
    }

    @Test
    void an_overlay_removes_a_service_that_the_base_refuses() throws PolicyException {
        assertThat(refused(Combination.Kind.OVERLAY, "'a': null", REFUSED)).isEmpty();
        assertThat(refused(Combination.Kind.OVERLAY, REFUSED, "'a': null")).containsOnlyKeys("a");
        assertThat(refused(Combination.Kind.MERGE, "'a': null", REFUSED)).containsOnlyKeys("a");
    }

    private static @Nullable String account(MeshPolicy policy, String service) {
        return service(policy, service).settings().backend().serviceAccount();
    }

    @Test
    void an_overlay_that_states_no_service_account_keeps_the_one_of_the_base() {
        String mesh = "'trustDomain': 'a.example'";
        MeshPolicy top = policy("", mesh, "'a': {'hosts': ['a'], 'timeouts': {'request': '1s'}}");
        MeshPolicy base = policy("", mesh, "'a': {'hosts': ['a'], 'serviceAccount': 'ns/prod/sa/orders'}");
        assertThat(account(overlaid(top, base), "a")).isEqualTo("spiffe://a.example/ns/prod/sa/orders");
        assertThat(account(overlaid(base, top), "a")).isEqualTo("spiffe://a.example/ns/prod/sa/orders");
        assertThat(account(overlaid(top, top), "a")).isEqualTo("spiffe://a.example/a");
    }

    @Test
    void an_overlay_uses_the_template_for_service_accounts_of_the_document_that_states_one() {
        String mesh = "'trustDomain': 'a.example'";
        MeshPolicy plain = policy("", mesh, "'a': {'hosts': ['a']}");
        MeshPolicy template = policy(
                "",
                mesh + ", 'defaults': {'serviceAccount': 'sa/{service}'}",
                "'a': {'hosts': ['a']}, 'b': {'hosts': ['b']}");
        assertThat(account(overlaid(plain, template), "a")).isEqualTo("spiffe://a.example/sa/a");
        assertThat(account(overlaid(plain, template), "b")).isEqualTo("spiffe://a.example/sa/b");
        assertThat(account(overlaid(template, plain), "a")).isEqualTo("spiffe://a.example/sa/a");
    }

    @Test
    void merge_keeps_the_service_accounts_of_endpoints_of_the_second_document() {
        MeshPolicy first = policy("", "'trustDomain': 'a.example'", """
                "a": {"hosts": ["a"], "endpoints": [{"address": "10.0.0.1", "port": 80}]}
                """);
        MeshPolicy second = policy("", "'trustDomain': 'b.example'", """
                "a": {"hosts": ["a"], "endpoints": [{"address": "10.0.0.2", "port": 80}]}
                """);
        MeshPolicy merged = merged(first, second);
        assertThat(account(merged, "a")).isEqualTo("spiffe://a.example/a");
        assertThat(service(merged, "a").endpoints())
                .extracting(Endpoint::serviceAccount)
                .containsExactly(null, "spiffe://b.example/a");
    }

    @Test
    void long_epochs_are_shortened_in_the_epoch_of_the_combination() {
        MeshPolicy one = policy("'epoch': '" + "e".repeat(1024) + "'", "", "");
        MeshPolicy four = merged(merged(one, one), merged(one, one));
        assertThat(Objects.requireNonNull(four.metadata().epoch()).length()).isBetween(900, 1024);
    }
}
