package dev.meshclient.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.Subset;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The services that documents leave in force, one after the other. */
class LastGoodMergeTest {
    private static final String BAD = "'retry': {}";

    private AppliedPolicy standing = AppliedPolicy.NONE;
    private int version;
    private long now;

    /** Each has the next version; written with ' for ". */
    private void document(String services) throws PolicyException {
        document("", services);
    }

    private void document(String fields, String services) throws PolicyException {
        Documents document =
                Documents.mesh("test").version(++version).with(fields).services(services);
        standing = LastGoodMerge.after(standing, document.read(), now);
    }

    private static String service(String name, String... more) {
        return Documents.service(name)
                .endpoint("10.0.0.1", 1)
                .with(String.join(", ", more))
                .json();
    }

    private static String to(String backend) {
        String[] parts = backend.split("/", -1);
        return "'rules': [{'backendRefs': [{'name': '" + parts[0] + "'"
                + (parts.length == 1 ? "" : ", 'subset': '" + parts[1] + "'") + "}]}]";
    }

    private static String subsets(String... names) {
        return "'subsets': [{'name': '" + String.join("', 'labels': {}}, {'name': '", names) + "', 'labels': {}}]";
    }

    private AcceptedService accepted(String service) {
        return Objects.requireNonNull(standing.services().get(service), service);
    }

    /** The document that a service is from; with {@code !} if the newest refuses it, {@code ?} if that does not list it. */
    private String from(String service) {
        AcceptedService accepted = standing.services().get(service);
        return (accepted == null ? "none" : accepted.revision())
                + (standing.refused().containsKey(service) ? "!" : "")
                + (standing.absentSince().containsKey(service) ? "?" : "");
    }

    private List<String> problems(String service) {
        return Objects.requireNonNull(standing.refused().get(service), service).problems().stream()
                .map(PolicyProblem::toString)
                .toList();
    }

    // ---- refused

    @Test
    void a_bad_service_keeps_its_last_good_policy_and_the_others_go_on() throws Exception {
        document(service("a") + "," + service("b"));
        document(service("a") + "," + service("b", BAD));
        assertThat(from("a")).isEqualTo("version 2");
        assertThat(from("b")).isEqualTo("version 1!");
        document(service("a") + "," + service("b", BAD));
        assertThat(from("b")).isEqualTo("version 1!");
        document(service("a") + "," + service("b"));
        assertThat(from("b")).isEqualTo("version 4");
    }

    @Test
    void a_bad_service_that_was_never_good_has_no_policy() throws Exception {
        document(service("a") + "," + service("b", BAD));
        assertThat(from("b")).isEqualTo("none!");
        document(service("a"));
        assertThat(from("b")).isEqualTo("none");
    }

    /** Else a mistake in one service would change it by what is meant for the others. */
    @Test
    void a_kept_service_keeps_the_defaults_and_clusters_of_its_document() throws Exception {
        String cluster = "'endpoints': [{'address': '10.0.0.1', 'port': 1, 'cluster': 'east'}]";
        String b = "'b': {'hosts': ['b'], " + cluster + "}";
        document("'clusters': [{'name': 'east', 'priority': 1}], 'defaults': {'timeouts': {'request': '1s'}}", b);
        document(
                "'clusters': [{'name': 'east', 'priority': 2}], 'defaults': {'timeouts': {'request': '2s'}}",
                service("a") + ", 'b': {'hosts': ['b'], " + BAD + ", " + cluster + "}");
        assertThat(accepted("b").service().settings().route().timeouts().request())
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(accepted("b")
                        .cluster(accepted("b").service().endpoints().get(0))
                        .priority())
                .isEqualTo(1);
        assertThat(accepted("a").service().settings().route().timeouts().request())
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void a_sender_to_a_refused_service_is_refused_only_if_that_one_has_no_policy() throws Exception {
        document(service("old"));
        document(service("old", BAD) + "," + service("new", BAD) + "," + service("a", to("old")) + ","
                + service("b", to("new")));
        assertThat(from("a")).isEqualTo("version 2");
        assertThat(from("b")).isEqualTo("none!");
        assertThat(problems("b"))
                .containsExactly("services.b.rules[0].backendRefs[0].name: \"new\""
                        + " (legal: a service with a policy: this one is refused and has no earlier one)");
    }

    @Test
    void a_refusal_climbs_a_chain() throws Exception {
        document(service("a", to("b")) + "," + service("b", to("c")) + "," + service("c", BAD) + "," + service("d"));
        assertThat(List.of(from("a"), from("b"), from("c"), from("d")))
                .containsExactly("none!", "none!", "none!", "version 1");
    }

    @Test
    void a_new_subset_of_a_refused_service_is_not_there_for_others() throws Exception {
        document(service("a", to("b/v1")) + "," + service("b", subsets("v1")));
        document(service("a", to("b/v2")) + "," + service("b", BAD, subsets("v1", "v2")));
        assertThat(from("a")).isEqualTo("version 1!");
        assertThat(from("b")).isEqualTo("version 1!");
        assertThat(problems("a"))
                .containsExactly("services.a.rules[0].backendRefs[0].subset: \"v2\""
                        + " (legal: a subset of b as it is in force: it is refused and is kept as in version 1)");
    }

    @Test
    void a_kept_service_still_uses_a_subset_that_its_backend_gave_up() throws Exception {
        document(service("a", to("b/v1")) + "," + service("b", subsets("v1")));
        document(service("a", BAD, to("b/v2")) + "," + service("b", subsets("v2")));
        assertThat(from("b")).isEqualTo("version 2");
        assertThat(accepted("b").service().subsets()).extracting(Subset::name).containsExactly("v2", "v1");
        document(service("a", BAD, to("b/v2")) + "," + service("b", subsets("v2")));
        assertThat(accepted("b").service().subsets()).extracting(Subset::name).containsExactly("v2", "v1");
        document(service("a", to("b/v2")) + "," + service("b", subsets("v2")));
        assertThat(accepted("b").service().subsets()).extracting(Subset::name).containsExactly("v2");
    }

    @Test
    void a_host_that_a_kept_service_holds_is_no_others() throws Exception {
        document(service("a") + "," + service("b"));
        document("'a': {'hosts': ['a2'], " + BAD + "}, 'b': {'hosts': ['b', 'a']}");
        assertThat(from("a")).isEqualTo("version 1!");
        assertThat(from("b")).isEqualTo("version 1!");
        assertThat(problems("b"))
                .containsExactly("services.b.hosts[1]: \"a\" (legal: a host that no other service claims;"
                        + " a, which is refused and keeps its last good policy, does)");
    }

    // ---- absent

    @Test
    void an_absent_service_is_kept_for_a_time() throws Exception {
        document(service("a") + "," + service("b"));
        now = 10;
        document(service("a"));
        assertThat(from("b")).isEqualTo("version 1?");
        now = 20;
        document(service("a"));
        assertThat(standing.absentSince()).containsEntry("b", 10L);
        now = 109;
        assertThat(LastGoodMerge.withoutStale(standing, now, 100)).isEqualTo(standing);
        now = 110;
        standing = LastGoodMerge.withoutStale(standing, now, 100);
        assertThat(from("b")).isEqualTo("none");
        assertThat(from("a")).isEqualTo("version 3");
    }

    @Test
    void one_that_comes_back_begins_anew() throws Exception {
        document(service("b"));
        document("");
        document(service("b"));
        now = 50;
        document("");
        assertThat(standing.absentSince()).containsEntry("b", 50L);
    }

    @Test
    void one_that_comes_back_bad_is_kept_and_absent_no_more() throws Exception {
        document(service("b"));
        document("");
        document(service("b", BAD));
        assertThat(from("b")).isEqualTo("version 1!");
    }

    @Test
    void null_is_gone_at_once() throws Exception {
        document(service("a") + "," + service("b"));
        document(service("a") + ", 'b': null");
        assertThat(from("b")).isEqualTo("none");
    }

    @Test
    void an_absent_service_yields_its_host_to_another_one() throws Exception {
        document("'old': {'hosts': ['x', 'y']}");
        document("'new': {'hosts': ['x']}");
        assertThat(from("new")).isEqualTo("version 2");
        assertThat(accepted("old").service().hosts()).containsExactly("y");
    }

    @Test
    void an_absent_service_still_uses_a_subset_that_its_backend_gave_up() throws Exception {
        document(service("a", to("b/v1")) + "," + service("b", subsets("v1")));
        document(service("b", subsets("v2")));
        assertThat(accepted("b").service().subsets()).extracting(Subset::name).containsExactly("v2", "v1");
    }

    @Test
    void a_sender_to_an_absent_service_is_refused_and_keeps_sending_to_it() throws Exception {
        String all = service("a", to("b/v1")) + "," + service("b", subsets("v1"));
        document(all);
        document(service("a", to("b/v1")));
        assertThat(from("a")).isEqualTo("version 1!");
        assertThat(from("b")).isEqualTo("version 1?");
        document(all);
        assertThat(from("a")).isEqualTo("version 3");
    }
}
