package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A problem refuses the document, or the one service that has it. */
class ScopeOfRefusalTest {
    private static final String GOOD = "'good': {'hosts': ['good'], 'endpoints': []}";

    private static RefusedService refused(PolicyDocument document, String service) {
        return Objects.requireNonNull(document.refused().get(service), service);
    }

    private static List<String> paths(PolicyDocument document, String service) {
        return refused(document, service).problems().stream()
                .map(PolicyProblem::path)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'bad': {'hosts': ['a', 'http://b', 'C'], 'retry': {}} | services.bad.hosts[1] services.bad.retry.attempts | a b c",
                "'bad': {'hosts': ['a'], 'hosts': ['b']} | services.bad.hosts | a",
                "'bad': {'hosts': ['a'], 'endpoints': [{'port': 0}]} | services.bad.endpoints[0].address services.bad.endpoints[0].port | a",
                "'bad': {'hosts': ['a'], 'rules': [{'backendRefs': [{'name': 'nobody'}]}]} | services.bad.rules[0].backendRefs[0].name | a",
                "'bad': {'hosts': ['a'], 'rules': [{'backendRefs': [{'name': 'good', 'subset': 'v1'}]}]}"
                        + " | services.bad.rules[0].backendRefs[0].subset | a",
                "'bad': {'hosts': ['*', 'a']} | services.bad.hosts[0] | a",
                "'bad': {'hosts': 'a'} | services.bad.hosts | a",
                "'bad': 5 | services.bad | ``",
                "'bad': {'hosts': ['a']}, 'bad': {'hosts': ['b']} | services.bad | a",
            })
    void a_problem_of_a_service_refuses_the_service_and_names_its_hosts(String bad, String paths, String hosts)
            throws Exception {
        PolicyDocument document = PolicyCodec.read(Fixtures.services(bad + ", " + GOOD + ", 'gone': null"));

        assertThat(document.policy().services()).containsOnlyKeys("good");
        assertThat(document.policy().removed()).containsExactly("gone");
        assertThat(document.refused()).containsOnlyKeys("bad");
        assertThat(String.join(" ", paths(document, "bad"))).isEqualTo(paths);
        assertThat(String.join(" ", refused(document, "bad").hosts())).isEqualTo(hosts);
    }

    @Test
    void services_that_rules_need_and_that_are_not_in_the_document_are_named() throws Exception {
        PolicyDocument document = PolicyCodec.read(
                Fixtures.services(
                        GOOD + ", 'gone': null, 'a': {'hosts': ['a'],"
                                + " 'rules': [{'backendRefs': [{'name': 'good'}, {'name': 'gone'}, {'name': 'far', 'subset': 'v1'}]}]}"));

        assertThat(document.unresolved()).containsExactly("far");
        assertThat(paths(document, "a"))
                .containsExactly("services.a.rules[0].backendRefs[1].name", "services.a.rules[0].backendRefs[2].name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'trustDomain': '!', 'services': {}",
                "'outboundTrafficPolicy': 'NONE', 'services': {}",
                "'clusters': [{'name': 'a'}, {'name': 'a'}], 'services': {}",
                "'defaults': {'retry': {}}, 'services': {}",
                "'services': {}, 'services': {}",
                "'services': []",
                "'kind': 'MeshPolicy', 'services': {}",
                "'jwtProviders': {'a': {}}, 'services': {}",
            })
    void of_anything_else_the_document_goes(String fields) {
        assertThatThrownBy(() -> PolicyCodec.read(Fixtures.document(fields))).isInstanceOf(PolicyException.class);
    }

    @Test
    void the_refusal_of_a_document_has_the_problems_of_its_services_too() {
        PolicyException e = catchThrowableOfType(
                PolicyException.class,
                () -> PolicyCodec.read(Fixtures.document("'clusters': 1, 'services': {'bad': {'hosts': []}}")));

        assertThat(Fixtures.paths(e)).containsExactly("clusters", "services.bad.hosts");
    }

    @Test
    void of_two_services_that_claim_a_host_both_go() throws Exception {
        PolicyDocument document = PolicyCodec.read(
                Fixtures.services("'a': {'hosts': ['x', 'shared']}, 'b': {'hosts': ['Shared']}, " + GOOD));

        assertThat(document.policy().services()).containsOnlyKeys("good");
        assertThat(paths(document, "a")).containsExactly("services.a.hosts[1]");
        assertThat(paths(document, "b")).containsExactly("services.b.hosts[0]");
    }

    /** Whether that one has a good policy from before is not for the document to say. */
    @Test
    void a_service_that_refers_to_a_refused_one_stays() throws Exception {
        PolicyDocument document = PolicyCodec.read(
                Fixtures.services(
                        "'bad': {'hosts': [], 'subsets': [{'name': 'v1',"
                                + " 'labels': {}}]}, 'good': {'hosts': ['good'], 'rules': [{'backendRefs': [{'name': 'bad', 'subset': 'v1'}]}]}"));

        assertThat(document.policy().services()).containsOnlyKeys("good");
        assertThat(document.refused()).containsOnlyKeys("bad");
    }

    @Test
    void problems_have_their_lines() throws Exception {
        PolicyDocument document = PolicyCodec.read(Fixtures.services("\n\n'bad': {'hosts': [\n'http://a']}"));

        assertThat(refused(document, "bad").problems())
                .extracting(PolicyProblem::line)
                .containsExactly(4);
    }

    static List<Path> bad() {
        return Fixtures.corpus("bad");
    }

    static List<Path> badBeyondSchema() {
        return Fixtures.corpus("bad-beyond-schema");
    }

    /** The corpus again, as a mesh reads it: unknown fields apart, whatever the strict reader finds is found by this one. */
    @ParameterizedTest
    @MethodSource({"bad", "badBeyondSchema"})
    void a_bad_document_is_refused_where_it_is_bad_and_only_there(Path file) throws IOException {
        byte[] json = Fixtures.bytes(file);
        List<PolicyProblem> strictly = PolicySchema.problems(json).stream()
                .filter(p -> !p.expected().startsWith("no such field; "))
                .toList();
        boolean ofServices = strictly.stream().allMatch(p -> p.path().matches("services[.\\[].*"));
        try {
            PolicyDocument document = PolicyCodec.read(json);
            assertThat(ofServices).as("%s", strictly).isTrue();
            assertThat(document.refused().values().stream().flatMap(s -> s.problems().stream()))
                    .containsExactlyInAnyOrderElementsOf(strictly);
            assertThat(document.policy().services())
                    .doesNotContainKeys(document.refused().keySet().toArray(new String[0]));
            assertThat(PolicyCodec.write(document.policy())).isNotEmpty();
        } catch (PolicyException e) {
            assertThat(ofServices).as("%s", strictly).isFalse();
            assertThat(e.problems()).containsExactlyElementsOf(strictly);
        }
    }
}
